import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The executions that ended of late: the search for the message of a text begins with the oldest of them. */
export class EndedExecutions1795420000594 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ix_execution_ended ON execution (completed_at) WHERE completed_at IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_execution_ended');
  }
}
