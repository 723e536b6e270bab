import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A missed day holds Direct campaigns until it is made good. */
export class Unheard1795420000300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_attribute ADD COLUMN is_gap_open boolean NOT NULL DEFAULT false');
    await runner.query('UPDATE suppression_attribute SET is_gap_open = true WHERE gap_before IS NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_attribute DROP COLUMN is_gap_open');
  }
}
