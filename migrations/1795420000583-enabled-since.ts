import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a connection was enabled last: messages that wait for their provider wait no longer than a day from then. */
export class EnabledSince1795420000583 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE connection ADD COLUMN enabled_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE connection DROP COLUMN enabled_at');
  }
}
