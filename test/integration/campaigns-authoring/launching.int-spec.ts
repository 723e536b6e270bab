import { newId } from '@libs/foundation';
import { Outbox, Transactions } from '@libs/platform';
import { tokenReplaced } from '@modules/connections';
import { DropApps } from '../../../src/campaigns/authoring/drop-apps';
import { LaunchCampaign } from '../../../src/campaigns/authoring/launch-campaign';
import { ManageCampaigns } from '../../../src/campaigns/authoring/manage-campaigns';
import { PublishTemplateHandler } from '../../../src/campaigns/authoring/publish-template.handler';
import { tellWithTokenJob } from '../../../src/campaigns/authoring/publish-template.job';
import { RenameCampaign } from '../../../src/campaigns/authoring/rename-campaign';
import { TellWithTokenHandler } from '../../../src/campaigns/authoring/tell-with-token.handler';
import { TemplateDirectory } from '../../../src/campaigns/authoring/template-directory';
import { Versions } from '../../../src/campaigns/authoring/versions';
import { WithdrawCampaign } from '../../../src/campaigns/authoring/withdraw-campaign';
import { WithdrawTemplatesHandler } from '../../../src/campaigns/authoring/withdraw-templates.handler';
import type { CampaignContent } from '../../../src/campaigns/domain/content/campaign-content';
import { PublicationRepository } from '../../../src/campaigns/persistence/authoring/publication.repository';
import { type Stage, setStage } from './stage';

describe('launching campaigns', () => {
  let stage: Stage;
  let manage: ManageCampaigns;
  let launches: LaunchCampaign;
  let names: RenameCampaign;
  let withdrawals: WithdrawCampaign;
  beforeAll(async () => {
    stage = await setStage();
    manage = stage.module.get(ManageCampaigns);
    launches = stage.module.get(LaunchCampaign);
    names = stage.module.get(RenameCampaign);
    withdrawals = stage.module.get(WithdrawCampaign);
  }, 60_000);
  afterAll(() => stage.close());
  afterEach(() => {
    Object.assign(stage.optimove, { failWith: null, badName: null, forgets: false });
  });

  const personalisation = { whenMissing: 'EMPTY' } as const;
  const push = (body: string): CampaignContent => ({ mobilePush: { title: 'Hi', body }, personalisation });

  async function draft(name: string, content: CampaignContent = push('One')) {
    const { campaign } = await manage.create(stage.actor, { channelId: stage.pushChannelId, name, content });
    if (!campaign) throw new Error('The draft was refused');
    return campaign;
  }

  async function launched(name: string) {
    const { id, version } = await draft(name);
    const { campaign } = await launches.launch(stage.actor, { id, version });
    if (!campaign) throw new Error('The launch was refused');
    return campaign;
  }

  async function publicationOf(campaignId: string): Promise<Record<string, unknown> | undefined> {
    const sql = 'SELECT *, id::text AS id FROM template_publication WHERE campaign_id = $1';
    return (await stage.database.query(sql, [campaignId]))[0];
  }

  async function contentOf(optimoveTemplateId: number): Promise<CampaignContent | undefined> {
    const tx = stage.transactions.pool;
    const found = await stage.module.get(TemplateDirectory).find(tx, {
      connectionId: stage.connectionId,
      optimoveChannelId: 506,
      optimoveTemplateIds: [String(optimoveTemplateId), 'not-ours', '99999999999'],
    });
    const versionId = found.get(String(optimoveTemplateId));
    return versionId ? (await stage.module.get(Versions).get(tx, versionId)).content : undefined;
  }

  it('publishes a template of the campaign’s name and freezes the content', async () => {
    const { id, optimoveTemplateId, status, version } = await launched('Spring');
    expect({ status, version }).toEqual({ status: 'PUBLISHED', version: 2 });
    expect(stage.optimove.templates.get(`506/${optimoveTemplateId}`)).toBe('Spring');
    expect(await publicationOf(id)).toMatchObject({ state: 'PUBLISHED', last_error: null });
    expect(await contentOf(optimoveTemplateId)).toEqual(push('One'));
  });

  it('sends what was launched until the next launch', async () => {
    const { id, version, optimoveTemplateId } = await launched('Summer');
    const edited = await manage.update(stage.actor, { id, version, content: push('Two') });
    expect(await contentOf(optimoveTemplateId)).toEqual(push('One'));
    await launches.launch(stage.actor, { id, version: edited.campaign?.version ?? 0 });
    expect(await contentOf(optimoveTemplateId)).toEqual(push('Two'));
    const versions = await stage.database.query(
      'SELECT number, content FROM campaign_version WHERE campaign_id = $1 ORDER BY number',
      [id],
    );
    expect(versions).toEqual([
      { number: 1, content: push('One') },
      { number: 2, content: push('Two') },
    ]);
  });

  it('refuses content with errors and media that the channel cannot carry, at their fields', async () => {
    const email = { fromAddress: 'news@example.com', fromName: 'News', subject: 'News', html: 'x' };
    const { id, version } = await draft('Broken', { ...push('Hi\n{{ NAME'), email });
    const { campaign, problems } = await launches.launch(stage.actor, { id, version });
    expect(campaign).toBeNull();
    expect(problems).toMatchObject([
      { code: 'INVALID_CONTENT', path: ['content', 'mobilePush', 'body'], message: expect.stringMatching(/^Line 2/) },
      { code: 'MEDIUM_NOT_ALLOWED', path: ['content', 'email'] },
    ]);
    expect(await publicationOf(id)).toBeUndefined();
  });

  it('refuses to launch something else than what was read', async () => {
    const { id } = await draft('Stale');
    expect((await launches.launch(stage.actor, { id, version: 7 })).problems).toMatchObject([{ code: 'CONFLICT' }]);
  });

  it('shows a refusal by Optimove and mends it by the next launch', async () => {
    stage.optimove.failWith = 403;
    const { id, version } = await launched('Refused');
    expect(await publicationOf(id)).toMatchObject({
      state: 'FAILED',
      error_code: 'OPTIMOVE_UNAUTHORIZED',
      last_error: expect.stringMatching(/./),
    });
    stage.optimove.failWith = null;
    await launches.launch(stage.actor, { id, version });
    expect(await publicationOf(id)).toMatchObject({ state: 'PUBLISHED', last_error: null });
  });

  it('leaves a launch during an outage to a job', async () => {
    stage.optimove.failWith = 503;
    const { id, optimoveTemplateId } = await launched('Patient');
    const pending = await publicationOf(id);
    expect(pending).toMatchObject({ state: 'PENDING', error_code: 'OPTIMOVE_UNAVAILABLE' });
    const ticket = { publicationId: String(pending?.id), revision: 1 };
    const jobs = await stage.database.query(`SELECT data FROM outbox_message WHERE data->>'publicationId' = $1`, [
      ticket.publicationId,
    ]);
    expect(jobs).toEqual([{ data: ticket }]);
    await expect(stage.module.get(PublishTemplateHandler).handle(ticket)).rejects.toMatchObject({
      code: 'OPTIMOVE_UNAVAILABLE',
    });
    stage.optimove.failWith = null;
    await stage.module.get(PublishTemplateHandler).handle(ticket);
    expect(await publicationOf(id)).toMatchObject({ state: 'PUBLISHED' });
    expect(stage.optimove.templates.get(`506/${optimoveTemplateId}`)).toBe('Patient');
  });

  it('takes along whatever else waits, in one call, and lets one bad name keep no other away', async () => {
    stage.optimove.failWith = 503;
    const waiting = [await launched('Together 1'), await launched('Bad'), await launched('Together 2')];
    Object.assign(stage.optimove, { failWith: null, badName: 'Bad' });
    const ticket = { publicationId: String((await publicationOf(waiting[0]?.id ?? ''))?.id), revision: 1 };
    await stage.module.get(PublishTemplateHandler).handle(ticket);
    const states = await Promise.all(waiting.map(async ({ id }) => (await publicationOf(id))?.state));
    expect(states).toEqual(['PUBLISHED', 'FAILED', 'PUBLISHED']);
    stage.optimove.badName = null;
    for (const { id } of waiting) await launches.launch(stage.actor, { id, version: 2 });
    stage.optimove.failWith = 503;
    for (const { id } of waiting) await withdrawals.withdraw(stage.actor, id);
    Object.assign(stage.optimove, { failWith: null });
    stage.optimove.writes.length = 0;
    const publication = await publicationOf(waiting[0]?.id ?? '');
    const withdrawal = { publicationId: String(publication?.id), revision: Number(publication?.revision) };
    await stage.module.get(PublishTemplateHandler).handle(withdrawal);
    expect(stage.optimove.writes).toEqual([{ name: 'DeleteChannelTemplates', rows: 3 }]);
    expect(await Promise.all(waiting.map(async ({ id }) => (await publicationOf(id))?.state))).toEqual([
      'WITHDRAWN',
      'WITHDRAWN',
      'WITHDRAWN',
    ]);
  });

  describe('while Optimove refuses the token', () => {
    const ticketOf = async (campaignId: string) => {
      const { id, revision } = (await publicationOf(campaignId)) ?? {};
      return { publicationId: String(id), revision: Number(revision) };
    };
    const standOf = async (campaignId: string) => {
      const { state, error_code: code, last_error: error } = (await publicationOf(campaignId)) ?? {};
      return { state, code, error };
    };
    const refused = (state: string) => ({
      state,
      code: 'OPTIMOVE_UNAUTHORIZED',
      error: expect.stringContaining('401'),
    });
    const queuedFor = async (publicationId: string) =>
      (
        await stage.database.query<{ data: { publicationId: string; revision: number } }>(
          `SELECT data FROM outbox_message WHERE data->>'publicationId' = $1 ORDER BY (data->>'revision')::int`,
          [publicationId],
        )
      ).map(({ data }) => data);
    /** Everything that is queued for the campaigns is worked. */
    const workAll = async (...campaignIds: string[]) => {
      for (const campaignId of campaignIds) {
        const { publicationId } = await ticketOf(campaignId);
        for (const job of await queuedFor(publicationId)) await stage.module.get(PublishTemplateHandler).handle(job);
      }
    };

    it('it is asked once for all that wait together, and every wish stays', async () => {
      const { id: leaving } = await launched('Leaving');
      stage.optimove.failWith = 503;
      const coming = [(await launched('Coming 1')).id, (await launched('Coming 2')).id];
      Object.assign(stage.optimove, { failWith: 401, failed: 0 });
      await workAll(...coming);
      expect(stage.optimove.failed).toBe(1);
      await withdrawals.withdraw(stage.actor, leaving);
      await workAll(leaving);
      expect(stage.optimove.failed).toBe(2);
      for (const id of coming) expect(await standOf(id)).toEqual(refused('PENDING'));
      expect(await standOf(leaving)).toEqual(refused('WITHDRAWING'));
    });

    it('nothing is lost: another token has it told at once', async () => {
      const { id: leaving, optimoveTemplateId } = await launched('Leaves after all');
      stage.optimove.failWith = 401;
      const { id: coming } = await launched('Comes after all');
      await withdrawals.withdraw(stage.actor, leaving);
      stage.optimove.failWith = null;
      await workAll(coming, leaving);
      expect(await standOf(coming)).toEqual(refused('PENDING'));

      const replaced = { connectionId: stage.connectionId, at: '2' };
      await stage.transactions.run((tx) => stage.module.get(Outbox).publish(tx, tokenReplaced, replaced));
      const told = await stage.database.query('SELECT data FROM outbox_message WHERE queue = $1', [
        tellWithTokenJob.queue,
      ]);
      expect(told).toEqual([{ data: replaced }]);
      await stage.module.get(TellWithTokenHandler).handle({ ...replaced, connectionId: newId() });
      await workAll(coming, leaving);
      expect(await standOf(coming)).toEqual(refused('PENDING'));
      await stage.module.get(TellWithTokenHandler).handle(replaced);
      await workAll(coming, leaving);
      expect(await standOf(coming)).toEqual({ state: 'PUBLISHED', code: null, error: null });
      expect(await standOf(leaving)).toEqual({ state: 'WITHDRAWN', code: null, error: null });
      expect(stage.optimove.templates.has(`506/${optimoveTemplateId}`)).toBe(false);
    });
  });

  it('believes what Optimove lists, not that it took the call', async () => {
    stage.optimove.forgets = true;
    const { id } = await launched('Forgotten at once');
    expect(await publicationOf(id)).toMatchObject({ state: 'PENDING', error_code: 'OPTIMOVE_LISTS_OTHERWISE' });
    stage.optimove.forgets = false;
    const ticket = { publicationId: String((await publicationOf(id))?.id), revision: 1 };
    await stage.module.get(PublishTemplateHandler).handle(ticket);
    expect(await publicationOf(id)).toMatchObject({ state: 'PUBLISHED', error_code: null });
  });

  it('offers a template under its app, which leaves Optimove with the last template', async () => {
    const appId = newId();
    await stage.database.query(
      `INSERT INTO app (id, project_id, name, platform, sdk_key_hash, sdk_key_hint) VALUES ($1, $2, 'Casino iOS', 'IOS', 'h', 'k')`,
      [appId, stage.actor.projectId],
    );
    const forApp = async (name: string) => {
      const { id, version } = await draft(name, { ...push('App'), appIds: [appId] });
      return (await launches.launch(stage.actor, { id, version })).campaign;
    };
    const [one, other] = [await forApp('App one'), await forApp('App other')];
    expect(stage.optimove.apps.get(`506/${appId}`)).toBe('Casino iOS');
    const { connection_id: connectionId } = (await publicationOf(one?.id ?? '')) ?? {};
    const { projectId } = stage.actor;
    const apps = () =>
      stage.module
        .get(PublicationRepository)
        .appsInOptimove(stage.module.get(Transactions).pool, { projectId, connectionId: String(connectionId) });
    expect(await apps()).toEqual([{ optimoveChannelId: 506, appId, isPublished: true }]);
    await withdrawals.withdraw(stage.actor, one?.id ?? '');
    expect(stage.optimove.apps.size).toBe(1);
    await withdrawals.withdraw(stage.actor, other?.id ?? '');
    expect(stage.optimove.apps.size).toBe(0);
    expect(await apps()).toEqual([]);
    const unknown = {
      channelId: stage.pushChannelId,
      name: 'App unknown',
      content: { ...push('App'), appIds: [newId()] },
    };
    expect((await manage.create(stage.actor, unknown)).problems).toMatchObject([{ path: ['content', 'appIds', '0'] }]);
  });

  it('takes an app from the channel when its last template moved to another app, or to none', async () => {
    const appIds = [newId(), newId()];
    await stage.database.query(
      `INSERT INTO app (id, project_id, name, platform, sdk_key_hash, sdk_key_hint)
       SELECT id::uuid, $2, 'App ' || nth, 'IOS', id, 'k' FROM unnest($1::text[]) WITH ORDINALITY AS a(id, nth)`,
      [appIds, stage.actor.projectId],
    );
    const [first = '', second = ''] = appIds;
    const inOptimove = () => [...stage.optimove.apps.keys()].sort();
    const keys = (...ids: string[]) => ids.map((id) => `506/${id}`).sort();
    const { id, version } = await draft('Moving app', { ...push('App'), appIds: [first] });
    const stays = await draft('Staying app', { ...push('App'), appIds: [first] });
    const launchedNow = await launches.launch(stage.actor, { id, version });
    const staying = await launches.launch(stage.actor, { id: stays.id, version: stays.version });
    expect(inOptimove()).toEqual(keys(first));

    const moveTo = async (campaign: { id: string; version: number } | null, appIds: string[] | null) => {
      const change = { id: campaign?.id ?? '', version: campaign?.version ?? 0, content: { appIds } };
      const { campaign: edited, problems } = await manage.update(stage.actor, change);
      expect(problems).toEqual([]);
      return (await launches.launch(stage.actor, { id: change.id, version: edited?.version ?? 0 })).campaign;
    };
    const moved = await moveTo(launchedNow.campaign, [second]);
    expect(inOptimove()).toEqual(keys(first, second));
    await moveTo(staying.campaign, [second]);
    expect(inOptimove()).toEqual(keys(second));
    await moveTo(moved, null);
    expect(inOptimove()).toEqual(keys(second));
    await withdrawals.withdraw(stage.actor, stays.id);
    expect(inOptimove()).toEqual([]);
  });

  it('adds every app of a campaign for several, and offers its template under none in particular', async () => {
    const appIds = [newId(), newId()];
    await stage.database.query(
      `INSERT INTO app (id, project_id, name, platform, sdk_key_hash, sdk_key_hint)
       SELECT id::uuid, $2, 'Set ' || nth, 'IOS', id, 'k' FROM unnest($1::text[]) WITH ORDINALITY AS a(id, nth)`,
      [appIds, stage.actor.projectId],
    );
    const [first = ''] = appIds;
    const { id, version, optimoveTemplateId } = await draft('App set', { ...push('App'), appIds });
    const { campaign } = await launches.launch(stage.actor, { id, version });
    const template = `506/${optimoveTemplateId}`;
    expect([...stage.optimove.apps].sort()).toEqual(
      appIds.map((each, nth) => [`506/${each}`, `Set ${nth + 1}`]).sort(),
    );
    expect([stage.optimove.templates.get(template), stage.optimove.appOf.get(template)]).toEqual([
      'App set',
      undefined,
    ]);
    const change = { id, version: campaign?.version ?? 0, content: { appIds: [first] } };
    const { campaign: edited } = await manage.update(stage.actor, change);
    await launches.launch(stage.actor, { id, version: edited?.version ?? 0 });
    expect([...stage.optimove.apps.keys()]).toEqual([`506/${first}`]);
    expect(stage.optimove.appOf.get(template)).toBe(first);
    await withdrawals.withdraw(stage.actor, id);
    expect(stage.optimove.apps.size).toBe(0);
  });

  it('forgets no app whose removal Optimove did not answer', async () => {
    const appId = newId();
    await stage.database.query(
      `INSERT INTO app (id, project_id, name, platform, sdk_key_hash, sdk_key_hint) VALUES ($1, $2, 'Lost answer', 'IOS', 'lost', 'k')`,
      [appId, stage.actor.projectId],
    );
    const { id, version } = await draft('Lost answer', { ...push('App'), appIds: [appId] });
    const { campaign } = await launches.launch(stage.actor, { id, version });
    const change = { id, version: campaign?.version ?? 0, content: { appIds: null } };
    const { campaign: edited } = await manage.update(stage.actor, change);
    stage.optimove.badName = appId;
    await launches.launch(stage.actor, { id, version: edited?.version ?? 0 });
    expect([...stage.optimove.apps.keys()]).toEqual([`506/${appId}`]);
    expect(await publicationOf(id)).toMatchObject({ state: 'PUBLISHED', error_code: null });
    stage.optimove.badName = null;
    await withdrawals.withdraw(stage.actor, id);
    expect([...stage.optimove.apps.keys()]).toEqual([]);
  });

  it('tries apps that Optimove did not let go again when nothing else is told of their channel', async () => {
    const appId = newId();
    await stage.database.query(
      `INSERT INTO app (id, project_id, name, platform, sdk_key_hash, sdk_key_hint) VALUES ($1, $2, 'Kept on', 'IOS', 'kept', 'k')`,
      [appId, stage.actor.projectId],
    );
    const { id, version } = await draft('Kept on', { ...push('App'), appIds: [appId] });
    await launches.launch(stage.actor, { id, version });
    stage.optimove.badName = appId;
    await withdrawals.withdraw(stage.actor, id);
    expect(await publicationOf(id)).toMatchObject({ state: 'WITHDRAWN', error_code: null });
    stage.optimove.badName = null;
    const left = async (connectionId: string): Promise<string[]> => {
      await stage.database.query(
        `INSERT INTO connection (id, account_id, project_id, name, endpoint, api_token_hint, callback_secret)
         VALUES ($1, $1, $2, $1::uuid::text, 'https://example.com', '', '')`,
        [connectionId, stage.actor.projectId],
      );
      await stage.module.get(DropApps).leftOver();
      return [...stage.optimove.apps.keys()];
    };
    expect(await left(newId())).toEqual([`506/${appId}`]);
    expect(await left(stage.connectionId)).toEqual([]);
  });

  it('puts an app back for which something is launched while it is taken away', async () => {
    const appId = newId();
    await stage.database.query(
      `INSERT INTO app (id, project_id, name, platform, sdk_key_hash, sdk_key_hint) VALUES ($1, $2, 'Crossing', 'IOS', 'cross', 'k')`,
      [appId, stage.actor.projectId],
    );
    const leaves = await draft('Leaves', { ...push('App'), appIds: [appId] });
    const comes = await draft('Comes', { ...push('App'), appIds: [appId] });
    await launches.launch(stage.actor, { id: leaves.id, version: leaves.version });
    let between: unknown[] = [];
    stage.optimove.meanwhile = async () => {
      await launches.launch(stage.actor, { id: comes.id, version: comes.version });
      stage.optimove.apps.delete(`506/${appId}`);
      between = [(await publicationOf(comes.id))?.state];
    };
    await withdrawals.withdraw(stage.actor, leaves.id);
    expect(between).toEqual(['PUBLISHED']);
    const again = await publicationOf(comes.id);
    expect(again).toMatchObject({ state: 'PENDING', revision: 2 });
    const ticket = { publicationId: String(again?.id), revision: 2 };
    const jobs = await stage.database.query(`SELECT data FROM outbox_message WHERE data->>'publicationId' = $1`, [
      ticket.publicationId,
    ]);
    expect(jobs).toContainEqual({ data: ticket });
    await stage.module.get(PublishTemplateHandler).handle(ticket);
    expect([...stage.optimove.apps.keys()]).toEqual([`506/${appId}`]);
    await withdrawals.withdraw(stage.actor, comes.id);
    expect([...stage.optimove.apps.keys()]).toEqual([]);
  });

  it('renames the template with the campaign', async () => {
    const { id, version, optimoveTemplateId } = await launched('Before');
    const { campaign } = await names.rename(stage.actor, { id, version, name: 'After' });
    expect(campaign).toMatchObject({ name: 'After', version: version + 1 });
    expect(stage.optimove.templates.get(`506/${optimoveTemplateId}`)).toBe('After');
  });

  it('renames by removing and adding where Optimove keeps the name of a known template', async () => {
    const { id, version, optimoveTemplateId } = await launched('Stubborn');
    stage.optimove.keepsNames = true;
    await names.rename(stage.actor, { id, version, name: 'Convinced' });
    stage.optimove.keepsNames = false;
    expect(stage.optimove.templates.get(`506/${optimoveTemplateId}`)).toBe('Convinced');
  });

  it('renames a draft without telling Optimove', async () => {
    const { id, version } = await draft('Quiet');
    stage.optimove.failWith = 503;
    expect((await names.rename(stage.actor, { id, version, name: 'Calm' })).problems).toEqual([]);
    expect(await publicationOf(id)).toBeUndefined();
  });

  it('takes a withdrawn template out of Optimove but still knows what it was', async () => {
    const { id, optimoveTemplateId } = await launched('Autumn');
    expect((await manage.archive(stage.actor, id)).problems).toMatchObject([{ code: 'WRONG_STATUS' }]);
    const { campaign } = await withdrawals.withdraw(stage.actor, id);
    expect(campaign).toMatchObject({ status: 'WITHDRAWN' });
    expect(stage.optimove.templates.has(`506/${optimoveTemplateId}`)).toBe(false);
    expect(await publicationOf(id)).toMatchObject({ state: 'WITHDRAWN' });
    expect(await contentOf(optimoveTemplateId)).toEqual(push('One'));
  });

  it('launches a withdrawn campaign again, on another channel if wanted', async () => {
    const { id } = await launched('Moved');
    const { campaign } = await withdrawals.withdraw(stage.actor, id);
    const moved = await manage.update(stage.actor, {
      id,
      version: campaign?.version ?? 0,
      channelId: stage.smsChannelId,
      content: { mobilePush: null, sms: { from: '', text: 'Hi' } },
    });
    const again = await launches.launch(stage.actor, { id, version: moved.campaign?.version ?? 0 });
    expect(stage.optimove.templates.get(`505/${again.campaign?.optimoveTemplateId}`)).toBe('Moved');
    const current = await stage.module
      .get(PublicationRepository)
      .current(stage.transactions.pool, stage.actor.projectId, [id]);
    expect(current).toMatchObject([{ optimoveChannelId: 505, state: 'PUBLISHED' }]);
  });

  it('keeps the channel while the template is in Optimove', async () => {
    const { id, version } = await launched('Fixed');
    const { problems } = await manage.update(stage.actor, { id, version, channelId: stage.smsChannelId });
    expect(problems).toMatchObject([{ code: 'WRONG_STATUS', path: ['channelId'] }]);
  });

  it('does nothing for a job whose wish was replaced', async () => {
    const { id, optimoveTemplateId } = await launched('Replaced');
    const publicationId = String((await publicationOf(id))?.id);
    stage.optimove.failWith = 503;
    await withdrawals.withdraw(stage.actor, id);
    stage.optimove.failWith = null;
    const handler = stage.module.get(PublishTemplateHandler);
    await handler.handle({ publicationId, revision: 1 });
    expect(await publicationOf(id)).toMatchObject({ state: 'WITHDRAWING', revision: 2 });
    expect(stage.optimove.templates.has(`506/${optimoveTemplateId}`)).toBe(true);
    await handler.handle({ publicationId, revision: 2 });
    expect(await publicationOf(id)).toMatchObject({ state: 'WITHDRAWN', revision: 2 });
    expect(stage.optimove.templates.has(`506/${optimoveTemplateId}`)).toBe(false);
  });

  it('gives a forgotten wish a new job after a while', async () => {
    stage.optimove.failWith = 503;
    const { id } = await launched('Forgotten');
    const publications = stage.module.get(PublicationRepository);
    expect(await publications.reopenIdle(stage.transactions.pool, 900)).toEqual([]);
    await stage.database.query(
      `UPDATE template_publication SET updated_at = now() - interval '1 hour' WHERE campaign_id = $1`,
      [id],
    );
    const publicationId = String((await publicationOf(id))?.id);
    expect(await publications.reopenIdle(stage.transactions.pool, 900)).toEqual([{ publicationId, revision: 2 }]);

    stage.optimove.failWith = 401;
    await stage.module.get(PublishTemplateHandler).handle({ publicationId, revision: 2 });
    expect(await publications.reopenIdle(stage.transactions.pool, 900)).toEqual([]);
    await stage.database.query(
      `UPDATE template_publication SET updated_at = now() - interval '1 hour' WHERE campaign_id = $1`,
      [id],
    );
    expect(await publications.reopenIdle(stage.transactions.pool, 900)).toEqual([{ publicationId, revision: 4 }]);
  });

  it('withdraws the templates of a deleted connection', async () => {
    const { id } = await launched('Orphan');
    await stage.module.get(WithdrawTemplatesHandler).handle({ connectionId: stage.connectionId });
    expect(await publicationOf(id)).toMatchObject({ state: 'WITHDRAWING', revision: 2 });
    const [row] = await stage.database.query('SELECT status FROM campaign WHERE id = $1', [id]);
    expect(row).toEqual({ status: 'WITHDRAWN' });
  });
});
