import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The executions that sent a campaign. */
export class ExecutionsOfVersions1795420000412 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX ix_execution_template_version ON execution_template (version_id) WHERE version_id IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_execution_template_version');
  }
}
