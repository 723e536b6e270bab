import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which push services a project has living tokens of, by app, is asked at every review of a campaign. */
export class PlacesOfPushTokens1795420000450 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX ix_device_push_place ON device (project_id,
         coalesce(app_id, '00000000-0000-0000-0000-000000000000'), platform, coalesce(apns_environment, 'FCM'))
       WHERE token IS NOT NULL AND is_addressable AND platform <> 'WEB'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_device_push_place');
  }
}
