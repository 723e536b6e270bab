import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Devices are always looked up inside a project. */
export class DevicesOfProfile1795420000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_device_profile');
    await runner.query('CREATE INDEX ix_device_profile ON device (project_id, profile_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_device_profile');
    await runner.query('CREATE INDEX ix_device_profile ON device (profile_id)');
  }
}
