import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A count of recipients says why it could not be made. */
export class FailedCounts1795420000361 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE recipient_count ADD COLUMN problem text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE recipient_count DROP COLUMN problem');
  }
}
