import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the values that Optimove gave for an execution were dropped, and when its people were. */
export class Forgetting1795420000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE execution ADD COLUMN values_gone_at timestamptz, ADD COLUMN people_gone_at timestamptz',
    );
    await runner.query(
      `CREATE INDEX ix_execution_with_values ON execution (id) WHERE values_gone_at IS NULL AND kind <> 'DIRECT'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_execution_with_values');
    await runner.query('ALTER TABLE execution DROP COLUMN values_gone_at, DROP COLUMN people_gone_at');
  }
}
