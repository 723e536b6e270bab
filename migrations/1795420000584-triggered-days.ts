import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a triggered call is compared with: the days of its connection that are not over, the cancelled ones too. */
export class TriggeredDays1795420000584 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX ix_execution_triggered ON execution (connection_id, closes_at) WHERE kind = 'TRIGGERED'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_execution_triggered');
  }
}
