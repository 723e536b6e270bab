import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The zone that the scheduled times of a list were first understood in; the connection may be given another one. */
export class ZoneOfAList1795420000411 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution ADD COLUMN list_time_zone text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution DROP COLUMN list_time_zone');
  }
}
