import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The newest day of which changes could not be put down to anybody: only a complete list of that day makes it good. */
export class LostChanges1795420000442 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_attribute ADD COLUMN lost_on date');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE suppression_attribute DROP COLUMN lost_on');
  }
}
