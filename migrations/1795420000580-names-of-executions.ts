import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Since when the customer ids of a list, and those of a chunk of triggered customers, mean whom they mean: what they say is
 * learnt while the connection has these names. NULL: those that it had first.
 */
export class NamesOfExecutions1795420000580 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution ADD COLUMN names_since timestamptz(3)');
    await runner.query('ALTER TABLE execution_chunk ADD COLUMN names_since timestamptz(3)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution_chunk DROP COLUMN names_since');
    await runner.query('ALTER TABLE execution DROP COLUMN names_since');
  }
}
