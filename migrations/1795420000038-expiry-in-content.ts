import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a message expires stands in the frozen content of its campaign. */
export class ExpiryInContent1795420000038 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution_template DROP COLUMN expires_after_minutes');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution_template ADD COLUMN expires_after_minutes integer');
  }
}
