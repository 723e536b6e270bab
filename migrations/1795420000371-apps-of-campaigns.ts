import type { MigrationInterface, QueryRunner } from 'typeorm';

const contents = ['campaign', 'campaign_version', 'direct_campaign', 'test_send'];

/** A campaign is for a set of apps. The way back keeps the first one. */
export class AppsOfCampaigns1795420000371 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of contents) {
      await runner.query(
        `UPDATE ${table} SET content = content - 'appId' || jsonb_build_object('appIds', jsonb_build_array(lower(content->>'appId')))
         WHERE content ? 'appId'`,
      );
    }
    await runner.query(`ALTER TABLE template_publication ADD COLUMN apps jsonb NOT NULL DEFAULT '[]'`);
    await runner.query(
      `UPDATE template_publication SET apps = jsonb_build_array(jsonb_build_object('id', app_id, 'name', coalesce(app_name, app_id::text)))
       WHERE app_id IS NOT NULL`,
    );
    await runner.query('ALTER TABLE template_publication DROP COLUMN app_id, DROP COLUMN app_name');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE template_publication ADD COLUMN app_id uuid, ADD COLUMN app_name text');
    await runner.query(
      `UPDATE template_publication SET app_id = (apps->0->>'id')::uuid, app_name = apps->0->>'name' WHERE apps <> '[]'`,
    );
    await runner.query('ALTER TABLE template_publication DROP COLUMN apps');
    for (const table of contents) {
      await runner.query(
        `UPDATE ${table} SET content = content - 'appIds' || jsonb_build_object('appId', content->'appIds'->0)
         WHERE content ? 'appIds'`,
      );
    }
  }
}
