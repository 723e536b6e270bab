import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Additions that may or may not have counted are kept apart, so that what comes after them can still be posted. */
export class PostbacksUncertain1795420000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE metric_total ADD COLUMN uncertain_value integer NOT NULL DEFAULT 0');
    await runner.query(
      `UPDATE metric_total SET uncertain_value = owed_value - acknowledged_value WHERE state = 'UNCERTAIN'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE metric_total DROP COLUMN uncertain_value');
  }
}
