import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a Direct execution was to begin, which may be earlier than when it did. */
export class PlannedTimes1795420000365 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution ADD COLUMN planned_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution DROP COLUMN planned_at');
  }
}
