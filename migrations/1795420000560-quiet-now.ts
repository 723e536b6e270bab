import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Alarms say of which connection they are, and whether the channel was quiet when the clock last looked. */
export class QuietNow1795420000560 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE channel_alarm ADD COLUMN connection_id uuid, ADD COLUMN is_quiet boolean NOT NULL DEFAULT false,
         ADD CONSTRAINT ck_channel_alarm_quiet CHECK (NOT is_quiet OR connection_id IS NOT NULL)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE channel_alarm DROP COLUMN is_quiet, DROP COLUMN connection_id');
  }
}
