import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The log of answers is read by person alone; every person who is loaded writes to it, and to each index of it. */
export class LogOfAnswers1795420000370 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_subscription_change_project');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ix_subscription_change_project ON subscription_change (project_id, id)');
  }
}
