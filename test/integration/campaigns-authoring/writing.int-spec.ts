import { newId } from '@libs/foundation';
import { DataSource } from 'typeorm';
import { authoringEntities } from '../../../src/campaigns/authoring';
import { ManageCampaigns } from '../../../src/campaigns/authoring/manage-campaigns';
import { type Stage, setStage } from './stage';

describe('writing campaigns', () => {
  let stage: Stage;
  let manage: ManageCampaigns;
  beforeAll(async () => {
    stage = await setStage();
    manage = stage.module.get(ManageCampaigns);
  }, 60_000);
  afterAll(() => stage.close());

  const content = {
    mobilePush: { title: 'Hi', body: 'Hello {{ NAME }}' },
    sms: { from: 'Shop', text: 'Hello' },
    personalisation: { whenMissing: 'EMPTY' as const },
  };
  const draft = async (name: string) => {
    const { campaign } = await manage.create(stage.actor, { channelId: stage.pushChannelId, name, content });
    if (!campaign) throw new Error('The draft was refused');
    return campaign;
  };

  it('has the tables that its entities say', async () => {
    const source = new DataSource({ type: 'postgres', url: stage.database.url, entities: authoringEntities });
    await source.initialize();
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    await source.destroy();
    const own = upQueries.map(({ query }) => query).filter((sql) => /campaign|template_publication/.test(sql));
    expect(own).toEqual([]);
  });

  it('keeps a draft, knows its connection by its channel, and notes who made it', async () => {
    const { id } = await draft('First');
    const [row] = await stage.database.query('SELECT * FROM campaign WHERE id = $1', [id]);
    expect(row).toMatchObject({ status: 'DRAFT', connection_id: stage.connectionId, version: 1, content });
    const audit = await stage.database.query('SELECT action, actor_label FROM audit_entry WHERE subject_id = $1', [id]);
    expect(audit).toEqual([{ action: 'campaign.created', actor_label: 'tests' }]);
  });

  it('refuses a name that is taken and a channel that is not there', async () => {
    await draft('Taken');
    const again = await manage.create(stage.actor, { channelId: stage.pushChannelId, name: 'Taken', content });
    expect(again.problems).toMatchObject([{ code: 'NAME_TAKEN', path: ['name'] }]);
    const lost = await manage.create(stage.actor, { channelId: newId(), name: 'Lost', content });
    expect(lost.problems).toMatchObject([{ code: 'CHANNEL_NOT_FOUND', path: ['channelId'] }]);
  });

  it('replaces the medium that is given, takes away what is null and keeps the rest', async () => {
    const { id } = await draft('Edited');
    const mobilePush = { title: 'New', body: 'New' };
    const { campaign } = await manage.update(stage.actor, { id, version: 1, content: { mobilePush, sms: null } });
    expect(campaign).toMatchObject({ version: 2 });
    const [row] = await stage.database.query('SELECT content FROM campaign WHERE id = $1', [id]);
    expect(row).toEqual({ content: { mobilePush, personalisation: { whenMissing: 'EMPTY' } } });
  });

  it('refuses a change of something that changed meanwhile', async () => {
    const { id } = await draft('Contested');
    await manage.update(stage.actor, { id, version: 1, content: { sms: null } });
    const late = await manage.update(stage.actor, { id, version: 1, content: { sms: null } });
    expect(late.problems).toMatchObject([{ code: 'CONFLICT', path: ['version'] }]);
  });

  it('hides the campaigns of one project from another', async () => {
    const { id } = await draft('Private');
    const stranger = { ...stage.actor, projectId: newId() };
    const { problems } = await manage.update(stranger, { id, version: 1, content: { sms: null } });
    expect(problems).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await manage.archive(stranger, id)).problems).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  it('frees the name of an archived campaign and edits it no more', async () => {
    const { id } = await draft('Old');
    expect((await manage.archive(stage.actor, id)).campaign).toMatchObject({ status: 'ARCHIVED' });
    await draft('Old');
    const { problems } = await manage.update(stage.actor, { id, version: 2, content: { sms: null } });
    expect(problems).toMatchObject([{ code: 'WRONG_STATUS' }]);
  });
});
