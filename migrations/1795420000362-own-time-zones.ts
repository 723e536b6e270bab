import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A Direct execution may go out at one local time in everybody's own time zone. */
export class OwnTimeZones1795420000362 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE execution ADD COLUMN local_time timestamp, ADD COLUMN time_zone text,
         ADD CONSTRAINT ck_execution_local_time CHECK ((local_time IS NULL) = (time_zone IS NULL))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE execution DROP COLUMN local_time, DROP COLUMN time_zone');
  }
}
