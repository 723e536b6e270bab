import type { MigrationInterface, QueryRunner } from 'typeorm';

const host = `substring(token FROM '^https://([^/:?#]+)')`;

/** A device knows its browser: what the site says, or else whose push service its subscription is of. */
export class BrowsersOfDevices1795420000373 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE device ADD COLUMN browser text
         CONSTRAINT ck_device_browser CHECK (browser IN ('CHROME', 'FIREFOX', 'SAFARI', 'EDGE', 'OTHER'))`,
    );
    await runner.query(
      `UPDATE device SET browser = CASE
         WHEN ${host} ~ '(^|\\.)push\\.services\\.mozilla\\.com$' THEN 'FIREFOX'
         WHEN ${host} ~ '(^|\\.)push\\.apple\\.com$' THEN 'SAFARI'
         WHEN ${host} ~ '(^|\\.)notify\\.windows\\.com$' THEN 'EDGE'
         WHEN ${host} ~ '(^|\\.)googleapis\\.com$' THEN 'CHROME'
         ELSE 'OTHER' END
       WHERE platform = 'WEB' AND token IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE device DROP COLUMN browser');
  }
}
