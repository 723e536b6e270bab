import { newId } from '@libs/foundation';
import { DateTimeScalar } from '@libs/platform';
import { ProjectsApiModule, ProjectsService } from '@modules/projects';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { authoringApiProviders } from '../../../src/campaigns/authoring';
import { type Stage, setStage } from './stage';

const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
  driver: ApolloDriver,
  autoSchemaFile: true,
  buildSchemaOptions: { skipCheck: true },
  context: (request: unknown) => ({ req: request }),
});

const campaignFields = `{
  id name status version channelId hasUnlaunchedChanges segment { segmentId rules }
  content { mobilePush { title body url data { key value } } email { subject } sms { from text }
    personalisation { whenMissing } expiresAfterMinutes }
  publication { state optimoveTemplateId optimoveChannelId templateName publishedAt error errorCode }
  findings { path code severity message } placeholders { optimove stored }
}`;
const payload = `{ campaign ${campaignFields} userErrors { code path message } }`;

interface Answer {
  campaign: Record<string, unknown> | null;
  userErrors: { code: string; path: string[]; message: string }[];
}

describe('campaigns over GraphQL', () => {
  let stage: Stage;
  let app: NestFastifyApplication;
  let apiKey: string;
  beforeAll(async () => {
    stage = await setStage({
      imports: [ProjectsApiModule, graphql],
      providers: [...authoringApiProviders, DateTimeScalar],
      start: async (module) => {
        app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
        await app.listen(0, '127.0.0.1');
        return app;
      },
    });
    const first = await app.get(ProjectsService).ensureFirst();
    stage.actor.projectId = first.projectId;
    apiKey = first.apiKey ?? '';
    await stage.database.query(
      `INSERT INTO attribute_definition (id, project_id, name, type, target) VALUES (gen_random_uuid(), $1, 'city', 'STRING', 'PROFILE')`,
      [first.projectId],
    );
  }, 60_000);
  afterAll(() => stage.close());

  async function ask<T>(query: string, variables: object = {}): Promise<T> {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ query, variables });
    const response = await fetch(`${await app.getUrl()}/graphql`, { method: 'POST', headers, body });
    const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  }

  async function change(mutation: string, input: object): Promise<Answer> {
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) ${payload} }`;
    return (await ask<Record<string, Answer>>(query, { input }))[mutation] ?? { campaign: null, userErrors: [] };
  }

  const content = {
    mobilePush: { title: 'Hi', body: '{{ NAME }} {{ user.city }}', data: [{ key: 'screen', value: 'home' }] },
    sms: { from: 'Shop', text: 'Hi' },
  };

  it('takes a campaign from draft to template and back', async () => {
    const created = await change('createCampaign', { channelId: stage.pushChannelId, name: 'Spring', content });
    expect(created).toMatchObject({
      userErrors: [],
      campaign: {
        status: 'DRAFT',
        version: 1,
        hasUnlaunchedChanges: true,
        publication: null,
        content: {
          mobilePush: { title: 'Hi', url: null, data: [{ key: 'screen', value: 'home' }] },
          email: null,
          sms: { from: 'Shop', text: 'Hi' },
          personalisation: { whenMissing: 'EMPTY' },
        },
        findings: [],
        placeholders: { optimove: ['NAME'], stored: ['city'] },
      },
    });
    const id = created.campaign?.id;
    const launched = await change('launchCampaign', { id, version: 1 });
    expect(launched).toMatchObject({
      userErrors: [],
      campaign: {
        status: 'PUBLISHED',
        hasUnlaunchedChanges: false,
        publication: { state: 'PUBLISHED', optimoveChannelId: 506, templateName: 'Spring', error: null },
      },
    });
    const edited = await change('updateCampaign', { id, version: 2, content: { sms: null } });
    expect(edited).toMatchObject({ userErrors: [], campaign: { version: 3, hasUnlaunchedChanges: true } });
    expect(edited.campaign).toMatchObject({ content: { sms: null, mobilePush: { title: 'Hi' } } });
    const renamed = await change('renameCampaign', { id, version: 3, name: 'Summer' });
    expect(renamed).toMatchObject({ campaign: { publication: { state: 'PUBLISHED', templateName: 'Summer' } } });
    const withdrawn = await change('withdrawCampaign', { id });
    expect(withdrawn).toMatchObject({ campaign: { status: 'WITHDRAWN', publication: { state: 'WITHDRAWN' } } });
    expect(await change('archiveCampaign', { id })).toMatchObject({ campaign: { status: 'ARCHIVED' } });
  });

  it('keeps when its messages expire until that is taken away', async () => {
    const expiring = { ...content, expiresAfterMinutes: 90 };
    const created = await change('createCampaign', {
      channelId: stage.pushChannelId,
      name: 'Kick-off',
      content: expiring,
    });
    expect(created.campaign).toMatchObject({ content: { expiresAfterMinutes: 90 } });
    const { id } = created.campaign ?? {};
    const other = await change('updateCampaign', { id, version: 1, content: { sms: null } });
    expect(other.campaign).toMatchObject({ content: { expiresAfterMinutes: 90, sms: null } });
    const never = await change('updateCampaign', { id, version: 2, content: { expiresAfterMinutes: null } });
    expect(never.campaign).toMatchObject({ content: { expiresAfterMinutes: null } });
    const refused = await change('updateCampaign', { id, version: 3, content: { expiresAfterMinutes: 0 } });
    expect(refused.userErrors).toMatchObject([{ code: 'INVALID', path: ['content', 'expiresAfterMinutes'] }]);
    expect((await change('archiveCampaign', { id })).userErrors).toEqual([]);
  });

  it('names the field of each problem', async () => {
    const wrong = { channelId: 'x', name: ' ', content: { sms: { text: 'x'.repeat(10_001) } } };
    const { campaign, userErrors } = await change('createCampaign', wrong);
    expect(campaign).toBeNull();
    const paths = userErrors.map(({ code, path }) => `${code} ${path.join('.')}`);
    expect([...new Set(paths)].sort()).toEqual(['INVALID channelId', 'INVALID content.sms.text', 'INVALID name']);
  });

  it('keeps a draft with a syntax error and says where it is, but does not launch it', async () => {
    const broken = { mobilePush: { title: 'Hi', body: 'Hello\n{{ NAME | }}' } };
    const { campaign } = await change('createCampaign', {
      channelId: stage.pushChannelId,
      name: 'Broken',
      content: broken,
    });
    const path = ['content', 'mobilePush', 'body'];
    expect(campaign?.findings).toMatchObject([{ path, code: 'TEMPLATE_SYNTAX', severity: 'ERROR' }]);
    const { userErrors } = await change('launchCampaign', { id: campaign?.id, version: 1 });
    expect(userErrors).toMatchObject([{ code: 'INVALID_CONTENT', path, message: expect.stringMatching(/^Line 2: /) }]);
  });

  it('previews with sample values and names what they leave out', async () => {
    const { campaign } = await change('createCampaign', { channelId: stage.pushChannelId, name: 'Preview', content });
    const query = `query ($input: PreviewCampaignInput!) { previewCampaign(input: $input) {
      mobilePush { title body data { key value } } email { html } sms { text parts }
      problems { medium message } missing userErrors { code path } } }`;
    const values = [{ name: 'NAME', value: '<b>' }];
    const { previewCampaign } = await ask<{ previewCampaign: unknown }>(query, { input: { id: campaign?.id, values } });
    expect(previewCampaign).toEqual({
      mobilePush: { title: 'Hi', body: '<b> ', data: [{ key: 'screen', value: 'home' }] },
      email: null,
      sms: { text: 'Hi', parts: 1 },
      problems: [],
      missing: ['user.city'],
      userErrors: [],
    });
  });

  it('previews for a profile: its values where there is no sample, its language and its variant', async () => {
    const [profileId, stranger] = [newId(), newId()];
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, language, attributes) VALUES ($1, $3, 'previewed', 'de', '{"city":"Sliema","NAME":"stored"}'),
         ($2, gen_random_uuid(), 'stranger', 'de', '{}')`,
      [profileId, stranger, stage.actor.projectId],
    );
    const { campaign } = await change('createCampaign', {
      channelId: stage.pushChannelId,
      name: 'For a profile',
      content: {
        ...content,
        variants: [
          { name: 'A', percent: 1 },
          { name: 'B', percent: 99 },
        ],
        alternatives: [{ language: 'de', texts: [{ path: 'mobilePush.title', text: 'Hallo' }] }],
      },
    });
    const query = `query ($input: PreviewCampaignInput!) { previewCampaign(input: $input) {
      mobilePush { title body } variant missing userErrors { path } } }`;
    const preview = async (input: object) =>
      (await ask<{ previewCampaign: object }>(query, { input: { id: campaign?.id, ...input } })).previewCampaign;
    const stored = { mobilePush: { title: 'Hallo', body: 'stored Sliema' }, missing: [], userErrors: [] };
    expect(await preview({ profileId })).toMatchObject(stored);
    const values = [{ name: 'NAME', value: 'Kim' }];
    expect(await preview({ profileId, values, variant: 'A' })).toMatchObject({
      mobilePush: { title: 'Hallo', body: 'Kim Sliema' },
      variant: 'A',
    });
    expect(await preview({ profileId: stranger })).toMatchObject({ userErrors: [{ path: ['profileId'] }] });
  });

  it('keeps what phones can do, variants and languages as they were written, and previews one choice', async () => {
    const texts = [{ path: 'mobilePush.title', text: 'Hallo' }];
    const push = { subtitle: 'Under', sound: 'default', badge: 0, collapseKey: 'daily', ttlHours: 2 };
    const buttons = [{ id: 'go', label: 'Go', url: null }];
    const variants = ['A', 'B'].map((name) => ({ name, percent: 50 }));
    const alternatives = [
      { language: 'de', variant: null, texts },
      { language: null, variant: 'B', texts: [{ path: 'mobilePush.title', text: 'B' }] },
    ];
    const mobilePush = { title: 'Own', body: 'Body', ...push, buttons };
    const { campaign } = await change('createCampaign', {
      channelId: stage.pushChannelId,
      name: 'Choices',
      content: { mobilePush, variants, alternatives },
    });
    expect(campaign?.findings).toEqual([]);
    const { campaign: stored } = await ask<{ campaign: unknown }>(
      `query ($id: ID!) { campaign(id: $id) { content { variants { name percent } alternatives { language variant texts { path text } }
        mobilePush { subtitle sound badge collapseKey ttlHours buttons { id label url } } } } }`,
      { id: campaign?.id },
    );
    expect(stored).toEqual({ content: { variants, alternatives, mobilePush: { ...push, buttons } } });
    const query = `query ($input: PreviewCampaignInput!) { previewCampaign(input: $input) { mobilePush { title } userErrors { path } } }`;
    const preview = async (choice: object) =>
      (await ask<{ previewCampaign: object }>(query, { input: { id: campaign?.id, ...choice } })).previewCampaign;
    expect(await preview({ variant: 'B' })).toMatchObject({ mobilePush: { title: 'B' } });
    expect(await preview({ variant: 'B', language: 'de-AT' })).toMatchObject({ mobilePush: { title: 'Hallo' } });
    expect(await preview({ variant: 'C' })).toEqual({ mobilePush: null, userErrors: [{ path: ['variant'] }] });
    const content = { variants: null, alternatives: [] };
    await change('updateCampaign', { id: campaign?.id, version: 1, content });
    expect(await preview({ language: 'de' })).toMatchObject({ mobilePush: { title: 'Own' } });
  });

  it('previews everything that browsers, inboxes and apps get of a message', async () => {
    const tap = { onClick: 'IN_APP', inAppEvent: 'tapped' };
    const buttons = [{ id: 'go', label: 'Go {{ NAME }}', url: null, onClick: 'DEEPLINK' }];
    const webPush = {
      title: 'Hi {{ NAME }}',
      body: 'B',
      iconUrl: 'https://example.com/i.png',
      requireInteraction: true,
      collapseKey: 'daily',
      ttlHours: 4,
    };
    const inbox = {
      style: 'CARD',
      title: 'T',
      body: 'B',
      backgroundColour: '#101010',
      titleBackgroundColour: '#202020',
    };
    const look = { backgroundColour: '#303030', orientation: 'PORTRAIT', position: 'BOTTOM', hasCloseButton: false };
    const often = {
      displayLimit: 3,
      pauseMinutes: 30,
      lifetimeHours: 48,
      trigger: { kind: 'SDK_EVENT', event: 'cart' },
    };
    const inApp = { style: 'BANNER', title: 'T', body: 'B', ...look, ...often, closesAfterSeconds: 9 };
    const { campaign } = await change('createCampaign', {
      channelId: stage.pushChannelId,
      name: 'Everywhere',
      content: {
        webPush,
        inbox: { ...inbox, ...tap, lifetimeHours: 24 },
        inApp: { ...inApp, buttons: [{ ...buttons[0], url: 'app://x' }] },
        expiresAfterMinutes: 90,
      },
    });
    const query = `query ($input: PreviewCampaignInput!) { previewCampaign(input: $input) { problems { message } userErrors { path message }
      webPush { title body iconUrl requireInteraction collapseKey ttlSeconds payloadBytes }
      inbox { style title body backgroundColour titleBackgroundColour onClick inAppEvent lifetimeHours }
      inApp { style title body backgroundColour orientation position hasCloseButton closesAfterSeconds displayLimit
        pauseMinutes lifetimeHours trigger { kind event } buttons { id label url onClick } } } }`;
    const values = [{ name: 'NAME', value: 'Kim' }];
    const input = { id: campaign?.id, values };
    const { previewCampaign } = await ask<{ previewCampaign: unknown }>(query, { input });
    const { ttlHours, ...shown } = webPush;
    expect(ttlHours * 3_600).toBeGreaterThan(90 * 60);
    expect(previewCampaign).toEqual({
      problems: [],
      userErrors: [],
      webPush: { ...shown, title: 'Hi Kim', ttlSeconds: 5_400, payloadBytes: expect.any(Number) },
      inbox: { ...inbox, ...tap, lifetimeHours: 24 },
      inApp: { ...inApp, buttons: [{ id: 'go', label: 'Go Kim', url: 'app://x', onClick: 'DEEPLINK' }] },
    });
  });

  it('lists campaigns newest first, page by page, without archived ones', async () => {
    for (const name of ['A', 'B', 'C'])
      await change('createCampaign', { channelId: stage.pushChannelId, name, content });
    const query = `query ($after: String, $status: CampaignStatus) { campaigns(first: 2, after: $after, status: $status) {
      nodes { name publication { state } } pageInfo { hasNextPage endCursor } } }`;
    type List = { campaigns: { nodes: { name: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
    const { campaigns: one } = await ask<List>(query);
    expect(one.nodes.map(({ name }) => name)).toEqual(['C', 'B']);
    expect(one.pageInfo.hasNextPage).toBe(true);
    const { campaigns: two } = await ask<List>(query, { after: one.pageInfo.endCursor });
    expect(two.nodes[0]?.name).toBe('A');
    const { campaigns: archived } = await ask<List>(query, { status: 'ARCHIVED' });
    expect(archived.nodes.map(({ name }) => name)).toEqual(['Kick-off', 'Summer']);
  });

  it('keeps to which devices, groups and apps a campaign is, field by field, until they are taken away', async () => {
    const appId = newId();
    await stage.database.query(
      `INSERT INTO app (id, project_id, name, platform, sdk_key_hash, sdk_key_hint) VALUES ($1, $2, 'Target', 'IOS', 'target', 'k')`,
      [appId, stage.actor.projectId],
    );
    const given = {
      targeting: { platforms: ['IOS'], apnsEnvironments: ['SANDBOX'], browsers: ['CHROME', 'OTHER'] },
      appIds: [appId],
    };
    const { campaign } = await change('createCampaign', {
      channelId: stage.pushChannelId,
      name: 'Targeted',
      content: { ...content, ...given, sms: { ...content.sms, group: 'PUSH_NOT_SUBSCRIBED' } },
    });
    expect(campaign?.findings).toMatchObject([
      { path: ['content', 'targeting', 'browsers'], code: 'INVALID', severity: 'WARNING' },
    ]);
    const elsewhere = { targeting: { platforms: ['ANDROID'] } };
    const { campaign: unreached } = await change('createCampaign', {
      channelId: stage.pushChannelId,
      name: 'Targeted elsewhere',
      content: { ...content, ...elsewhere, appIds: [appId.toUpperCase()] },
    });
    expect(unreached?.findings).toMatchObject([
      {
        path: ['content', 'appIds'],
        severity: 'WARNING',
        message: expect.stringContaining('None of “Target” runs on ANDROID'),
      },
    ]);
    await change('archiveCampaign', { id: unreached?.id });
    const stored = async () => {
      const { campaign: shown } = await ask<{ campaign: { content: object } }>(
        `query ($id: ID!) { campaign(id: $id) { content { targeting { platforms apnsEnvironments browsers } appIds sms { group } } } }`,
        { id: campaign?.id },
      );
      return shown.content;
    };
    expect(await stored()).toEqual({ ...given, sms: { group: 'PUSH_NOT_SUBSCRIBED' } });

    const id = campaign?.id;
    await change('updateCampaign', { id, version: 1, content: { targeting: { platforms: ['ANDROID', 'IOS'] } } });
    expect(await stored()).toMatchObject({
      targeting: { platforms: ['ANDROID', 'IOS'], browsers: null },
      appIds: [appId],
    });
    await change('updateCampaign', {
      id,
      version: 2,
      content: { targeting: { platforms: null, browsers: null }, appIds: [] },
    });
    expect(await stored()).toMatchObject({ targeting: null, appIds: [], sms: { group: 'PUSH_NOT_SUBSCRIBED' } });
    const { campaign: none } = await change('updateCampaign', {
      id,
      version: 3,
      content: { targeting: { platforms: [] } },
    });
    expect(none?.findings).toMatchObject([
      { path: ['content', 'targeting', 'platforms'], code: 'REQUIRED', severity: 'ERROR' },
    ]);
    const refused = async (appIds: string[]) => {
      const { userErrors } = await change('updateCampaign', { id, version: 4, content: { appIds } });
      return userErrors.map(({ code, path, message }) => `${code} ${path.join('.')} ${message}`);
    };
    expect(await refused([appId, newId(), appId.toUpperCase()])).toEqual([
      'INVALID_CONTENT content.appIds.1 This project has no such app; list apps to see their ids',
      'INVALID_CONTENT content.appIds.2 This app is named before; name each app once',
    ]);
    expect(await refused(['casino'])).toEqual([expect.stringContaining('INVALID content.appIds')]);
    expect(await refused(Array.from({ length: 101 }, () => newId()))).toEqual([
      expect.stringContaining('INVALID content.appIds'),
    ]);
    await change('archiveCampaign', { id });
  });

  it('answers null for a campaign that is not there', async () => {
    expect(await ask('{ campaign(id: "nonsense") { id } }')).toEqual({ campaign: null });
  });

  describe('narrowed to a segment', () => {
    const gold = { match: 'all', rules: [{ kind: 'attribute', name: 'level', is: 'equals', value: 'gold' }] };
    const create = (name: string, segment: object): Promise<Answer> =>
      change('createCampaign', { channelId: stage.pushChannelId, name, content, segment });
    beforeAll(() =>
      stage.database.query(
        `INSERT INTO attribute_definition (id, project_id, name, type, target) VALUES (gen_random_uuid(), $1, 'level', 'STRING', 'PROFILE')`,
        [stage.actor.projectId],
      ),
    );

    it('keeps rules of its own until they are taken away', async () => {
      const { campaign } = await create('Gold', { rules: JSON.stringify(gold) });
      const rulesOf = ({ campaign: shown }: Answer): unknown =>
        JSON.parse((shown?.segment as { rules: string } | undefined)?.rules ?? 'null');
      expect(campaign?.segment).toMatchObject({ segmentId: null });
      const { id, version } = campaign ?? {};
      const kept = await change('updateCampaign', { id, version, content });
      expect(rulesOf(kept)).toEqual(gold);
      const taken = await change('updateCampaign', { id, version: kept.campaign?.version, segment: null });
      expect(taken.campaign).toMatchObject({ segment: null, hasUnlaunchedChanges: true });
    });

    it('refuses rules at the rule, and a segment that is not there', async () => {
      const wrong = { rules: [{ kind: 'attribute', name: 'levle', is: 'equals', value: 'gold' }] };
      const { userErrors } = await create('Wrong', { rules: JSON.stringify(wrong) });
      expect(userErrors).toMatchObject([{ code: 'INVALID_SEGMENT', path: ['segment', 'rules', 'rules[0].name'] }]);
      const segmentId = stage.pushChannelId;
      const lost = await create('Lost', { segmentId });
      expect(lost.userErrors).toMatchObject([{ code: 'INVALID_SEGMENT', path: ['segment', 'segmentId'] }]);
      const both = await create('Both', { segmentId, rules: JSON.stringify(gold) });
      expect(both.userErrors).toMatchObject([{ code: 'INVALID_SEGMENT', path: ['segment'] }]);
    });

    it('cannot be launched while an attribute of the segment is gone, and the launch freezes the rules', async () => {
      const { campaign } = await create('Narrow', { rules: JSON.stringify(gold) });
      const { id, version } = campaign ?? {};
      await stage.database.query(`UPDATE attribute_definition SET name = 'tier' WHERE name = 'level'`);
      const path = ['segment', 'rules', 'rules[0].name'];
      const found = await ask<{ campaign: object }>(
        'query ($id: ID!) { campaign(id: $id) { findings { path severity } } }',
        { id },
      );
      expect(found.campaign).toMatchObject({ findings: expect.arrayContaining([{ path, severity: 'ERROR' }]) });
      const refused = await change('launchCampaign', { id, version });
      expect(refused.userErrors).toMatchObject([{ code: 'INVALID_SEGMENT', path }]);
      await stage.database.query(`UPDATE attribute_definition SET name = 'level' WHERE name = 'tier'`);
      const launched = await change('launchCampaign', { id, version });
      expect(launched.userErrors).toEqual([]);
      const frozen = await stage.database.query('SELECT segment FROM campaign_version WHERE campaign_id = $1', [id]);
      expect(frozen).toEqual([
        { segment: { rules: gold, attributes: [{ name: 'level', type: 'STRING', target: 'PROFILE' }] } },
      ]);
    });
  });
});
