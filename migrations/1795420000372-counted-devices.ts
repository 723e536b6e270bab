import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Recipients are counted by the devices that a campaign is for. */
export class CountedDevices1795420000372 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE recipient_count ADD COLUMN devices jsonb NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE recipient_count DROP COLUMN devices');
  }
}
