import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a person told a provider bears the time at which they told it; null: the time at which it reached us. */
export class SaidToProviders1795420000561 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE engagement_intake ADD COLUMN said_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE engagement_intake DROP COLUMN said_at');
  }
}
