import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A device's token is of FCM, or of one of Apple's two environments. */
export class TokensOfApns1795420000390 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE device ADD COLUMN apns_environment text,
      ADD CONSTRAINT ck_device_apns_environment
        CHECK (apns_environment IS NULL OR (platform = 'IOS' AND apns_environment IN ('PRODUCTION', 'SANDBOX')))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device DROP COLUMN apns_environment');
  }
}
