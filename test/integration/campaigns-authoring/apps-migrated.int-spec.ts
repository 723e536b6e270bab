import { newId } from '@libs/foundation';
import type { QueryRunner } from 'typeorm';
import { AppsOfCampaigns1795420000371 } from '../../../migrations/1795420000371-apps-of-campaigns';
import { createTestDatabase, type TestDatabase } from '../../support/database';

describe('campaigns that were stored for one app', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());

  it('are for a set of that one app, and on the way back for the first of a set', async () => {
    const [app, other] = [newId(), newId()];
    const store = (content: object) =>
      database.query(
        `INSERT INTO campaign (id, project_id, name, content, optimove_template_id)
         VALUES (gen_random_uuid(), $1, $2, $3, 7)`,
        [newId(), 'Any', JSON.stringify(content)],
      );
    const contents = async () =>
      (await database.query<{ content: object }>('SELECT content FROM campaign ORDER BY created_at')).map(
        ({ content }) => content,
      );
    const offered = (columns: string) =>
      database.query(`SELECT ${columns} FROM template_publication ORDER BY optimove_template_id`);
    await store({ sms: { text: 'for both' }, appIds: [app, other] });
    await store({ sms: { text: 'for all' } });
    await database.query(
      `INSERT INTO template_publication (id, project_id, campaign_id, connection_id, channel_id, optimove_channel_id,
         optimove_template_id, template_name, version_id, apps)
       SELECT gen_random_uuid(), $1, gen_random_uuid(), $1, $1, 506, nth, 'Any', $1, apps
       FROM unnest($2::jsonb[]) WITH ORDINALITY AS a(apps, nth)`,
      [newId(), [JSON.stringify([{ id: app, name: 'Casino' }]), '[]']],
    );

    const migration = new AppsOfCampaigns1795420000371();
    const runner = { query: (sql: string) => database.query(sql) } as unknown as QueryRunner;
    await migration.down(runner);
    expect(await contents()).toEqual([{ sms: { text: 'for both' }, appId: app }, { sms: { text: 'for all' } }]);
    expect(await offered('app_id, app_name')).toEqual([
      { app_id: app, app_name: 'Casino' },
      { app_id: null, app_name: null },
    ]);
    await migration.up(runner);
    expect(await contents()).toEqual([{ sms: { text: 'for both' }, appIds: [app] }, { sms: { text: 'for all' } }]);
    expect(await offered('apps')).toEqual([{ apps: [{ id: app, name: 'Casino' }] }, { apps: [] }]);
  });
});
