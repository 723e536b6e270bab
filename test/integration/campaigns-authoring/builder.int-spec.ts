import { newId } from '@libs/foundation';
import { StartDirect } from '../../../src/campaigns/direct/start-direct';
import { type GraphqlStage, type Refusable, setGraphqlStage } from './over-graphql';

interface Found {
  path: string[];
  code: string;
  severity: string;
}

interface Shown {
  id: string;
  name: string;
  type: string;
  status: string;
  version: number;
  channelId: string | null;
  hasUnlaunchedChanges: boolean;
  findings: Found[];
  steps: { step: string; isReady: boolean; findings: Found[] }[];
}

type Answer = { campaign: Shown | null } & Refusable;

const fields = `campaign { id name type status version channelId hasUnlaunchedChanges findings { path code severity }
  steps { step isReady findings { path code severity } } }`;
const personalisation = { whenMissing: 'EMPTY' as const };

describe('the builder', () => {
  let stage: GraphqlStage;
  beforeAll(async () => {
    stage = await setGraphqlStage();
  }, 120_000);
  afterAll(() => stage.close());

  const change = (mutation: string, input: object, role?: 'COPYWRITER' | 'APPROVER' | 'MARKETER'): Promise<Answer> =>
    stage.change<{ campaign: Shown | null }>(mutation, { input, fields, role });

  async function made(input: object): Promise<Shown> {
    const { campaign, userErrors } = await change('createCampaign', input);
    expect(userErrors).toEqual([]);
    if (!campaign) throw new Error('Refused');
    return campaign;
  }

  const ready = ({ steps }: Shown): string[] => steps.filter(({ isReady }) => isReady).map(({ step }) => step);
  const paths = (found: Found[]): string[] => found.map(({ path, code }) => `${path.join('.')} ${code}`);
  const sms = { sms: { from: 'Shop', text: 'Hi' } };

  it('saves each step by itself, from a name alone to a launch', async () => {
    const empty = await made({ name: 'Step by step' });
    expect(empty).toMatchObject({ type: 'OPTIMOVE', status: 'DRAFT', channelId: null });
    expect(ready(empty)).toEqual(['SETUP', 'SEGMENT']);
    expect(paths(empty.findings)).toEqual(['content REQUIRED', 'channelId REQUIRED']);
    const refused = await change('launchCampaign', { id: empty.id, version: empty.version });
    expect(refused.userErrors.map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
      'INVALID_CONTENT content',
      'CHANNEL_NOT_FOUND channelId',
    ]);

    const half = { mobilePush: { title: 'Only a title' }, email: { subject: 'Only a subject' } };
    const { campaign: begun } = await change('updateCampaign', { id: empty.id, version: 1, content: half });
    expect(paths(begun?.steps.find(({ step }) => step === 'CONTENT')?.findings ?? [])).toEqual([
      'content.mobilePush.body REQUIRED',
      'content.email.fromAddress REQUIRED',
      'content.email.html REQUIRED',
    ]);
    const written = { mobilePush: { title: 'Hi', body: 'There' }, email: null };
    const { campaign: content } = await change('updateCampaign', { id: empty.id, version: 2, content: written });
    expect(ready(content as Shown)).toEqual(['SETUP', 'CONTENT', 'SEGMENT', 'PREVIEW']);
    const { pushChannelId: channelId } = stage;
    const { campaign: complete } = await change('updateCampaign', { id: empty.id, version: 3, channelId });
    expect(ready(complete as Shown)).toEqual(['SETUP', 'CONTENT', 'SEGMENT', 'SCHEDULE', 'PREVIEW', 'REVIEW']);
    const launched = await change('launchCampaign', { id: empty.id, version: 4 });
    expect(launched).toMatchObject({ userErrors: [], campaign: { status: 'PUBLISHED' } });
  });

  it('offers media and channels, and takes the only channel that can carry the type', async () => {
    const { campaignChoices } = await stage.ask<{ campaignChoices: object }>(
      '{ campaignChoices { media { medium hasAccount } channels { channelId types preselectedFor } } }',
    );
    expect(campaignChoices).toEqual({
      media: ['MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'].map((medium) => ({
        medium,
        hasAccount: medium !== 'INBOX',
      })),
      channels: [
        { channelId: stage.pushChannelId, types: ['OPTIMOVE', 'IN_APP'], preselectedFor: ['IN_APP'] },
        { channelId: stage.smsChannelId, types: ['OPTIMOVE'], preselectedFor: [] },
      ],
    });
    expect(await made({ name: 'Asked', type: 'OPTIMOVE' })).toMatchObject({ channelId: null });
    expect(await made({ name: 'Not asked', type: 'IN_APP' })).toMatchObject({ channelId: stage.pushChannelId });
  });

  it('lets a campaign of type IN_APP say one thing inside apps, at its trigger', async () => {
    const inApp = { style: 'MODAL', title: 'Hi', body: 'There', trigger: { kind: 'SERVER_EVENT' }, lifetimeHours: 48 };
    const campaign = await made({ name: 'Inside', type: 'IN_APP', content: { inApp, ...sms } });
    expect(paths(campaign.findings)).toEqual([
      'content.inApp.trigger.event REQUIRED',
      'content.sms MEDIUM_NOT_ALLOWED',
    ]);
    const trigger = { kind: 'SERVER_EVENT', event: 'deposit' };
    const content = { inApp: { ...inApp, trigger }, sms: null };
    const { campaign: mended } = await change('updateCampaign', { id: campaign.id, version: 1, content });
    expect(mended?.findings).toEqual([]);
    const bare = await made({ name: 'Inside, without', type: 'IN_APP' });
    expect(paths(bare.findings)).toContain('content.inApp REQUIRED');
  });

  it('previews what an in-app message is for a profile', async () => {
    const profileId = newId();
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, attributes) VALUES ($1, $2, 'inside', '{"first_name":"Kim"}')`,
      [profileId, stage.actor.projectId],
    );
    const inApp = {
      ...{ style: 'MODAL', title: 'Hi {{ user.first_name }}', body: '{{ GAME }}', lifetimeHours: 48 },
      trigger: { kind: 'SESSION_START' },
      buttons: [{ id: 'go', label: 'Play {{ GAME }}', url: 'https://example.com/{{ GAME }}' }],
    };
    const { id } = await made({ name: 'Shown inside', type: 'IN_APP', content: { inApp } });
    const { previewCampaign } = await stage.ask<{ previewCampaign: object }>(
      `query ($input: PreviewCampaignInput!) { previewCampaign(input: $input) {
         inApp { title body buttons { id label url } } problems { medium message } missing userErrors { path message } } }`,
      { input: { id, profileId, values: [{ name: 'GAME', value: 'Chess' }] } },
    );
    expect(previewCampaign).toEqual({
      inApp: {
        ...{ title: 'Hi Kim', body: 'Chess' },
        buttons: [{ id: 'go', label: 'Play Chess', url: 'https://example.com/Chess' }],
      },
      ...{ problems: [], missing: [], userErrors: [] },
    });
  });

  it('shows at the review what the channel cannot carry and who could not send, as a launch would say it', async () => {
    const inbox = { title: 'Hi', body: 'There' };
    const input = { name: 'Too much', channelId: stage.smsChannelId, content: { ...sms, inbox } };
    const campaign = await made(input);
    expect(campaign.findings).toMatchObject([
      { path: ['content', 'inbox'], code: 'NO_ACCOUNT', severity: 'WARNING' },
      { path: ['content', 'inbox'], code: 'MEDIUM_NOT_ALLOWED', severity: 'ERROR' },
    ]);
    const { userErrors } = await change('launchCampaign', { id: campaign.id, version: 1 });
    expect(userErrors).toMatchObject([{ code: 'MEDIUM_NOT_ALLOWED', path: ['content', 'inbox'] }]);
  });

  it('copies what is edited into a draft of its own, whatever became of the original', async () => {
    const original = await made({ name: 'Original', channelId: stage.smsChannelId, content: sms });
    await change('launchCampaign', { id: original.id, version: 1 });
    const { campaign: copy } = await change('copyCampaign', { id: original.id });
    expect(copy).toMatchObject({ name: 'Copy of Original', status: 'DRAFT', version: 1, findings: [] });
    const { campaign: second } = await change('copyCampaign', { id: original.id });
    expect(second?.name).toBe('Copy of Original (2)');
    const taken = await change('copyCampaign', { id: original.id, name: 'Original' });
    expect(taken.userErrors).toMatchObject([{ code: 'NAME_TAKEN', path: ['name'] }]);
    const launched = await change('launchCampaign', { id: copy?.id, version: 1 });
    expect(launched.userErrors).toEqual([]);
    const names = [...stage.optimove.templates.values()].filter((name) => name.includes('Original'));
    expect(names).toEqual(['Original', 'Copy of Original']);
  });

  it('puts a withdrawn campaign back as it was launched, not as it was edited since', async () => {
    const { id } = await made({ name: 'On and off', channelId: stage.smsChannelId, content: sms });
    const early = await change('resumeCampaign', { id });
    expect(early.userErrors).toMatchObject([{ code: 'WRONG_STATUS' }]);
    await change('launchCampaign', { id, version: 1 });
    await change('withdrawCampaign', { id });
    expect([...stage.optimove.templates.values()]).not.toContain('On and off');
    await change('updateCampaign', { id, version: 3, content: { sms: { text: 'Edited' } } });
    const { campaign } = await change('resumeCampaign', { id });
    expect(campaign).toMatchObject({ status: 'PUBLISHED', hasUnlaunchedChanges: true });
    expect([...stage.optimove.templates.values()]).toContain('On and off');
    const [live] = await stage.database.query(
      `SELECT v.number, v.content->'sms'->>'text' AS text FROM template_publication p
       JOIN campaign_version v ON v.id = p.version_id WHERE p.campaign_id = $1`,
      [id],
    );
    expect(live).toEqual({ number: 1, text: 'Hi' });
  });

  it('lets one of two edits through that were made at once, and one of two campaigns with a name', async () => {
    const { id } = await made({ name: 'Contested', content: sms });
    const edits = await Promise.all(
      ['One', 'Two', 'Three'].map((text) =>
        change('updateCampaign', { id, version: 1, content: { sms: { text } } }).then(({ userErrors }) => userErrors),
      ),
    );
    expect(edits.filter((errors) => errors.length === 0)).toHaveLength(1);
    expect(edits.flat().map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual([
      'CONFLICT version',
      'CONFLICT version',
    ]);
    const twins = await Promise.all([1, 2, 3].map(() => change('createCampaign', { name: 'Twin' })));
    expect(twins.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['NAME_TAKEN', 'NAME_TAKEN']);
  });

  it('saves nothing of an input of which something is wrong', async () => {
    const { id } = await made({ name: 'Whole', content: sms });
    const wrong = { sms: { text: 'New' }, inApp: { displayLimit: 0 } };
    const { userErrors } = await change('updateCampaign', { id, version: 1, content: wrong });
    expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['content', 'inApp', 'displayLimit'] }]);
    const lost = { segmentId: id };
    expect((await change('updateCampaign', { id, version: 1, content: sms, segment: lost })).userErrors).toMatchObject([
      { code: 'INVALID_SEGMENT' },
    ]);
    const [row] = await stage.database.query('SELECT version, content FROM campaign WHERE id = $1', [id]);
    expect(row).toEqual({ version: 1, content: { sms: { from: 'Shop', text: 'Hi' }, personalisation } });
  });

  describe('between authors and approvers', () => {
    const approval = 'approval { id state note requestedBy decidedBy decisionNote campaignName campaignVersion kind }';
    type Approval = { approval: { id: string; state: string; campaignVersion: number } | null };
    const submit = (input: object, role: 'COPYWRITER' | 'APPROVER' = 'COPYWRITER') =>
      stage.change<Approval>('submitCampaign', { input, fields: approval, role });
    const draft = async (name: string): Promise<Shown> => {
      const input = { name, channelId: stage.smsChannelId, content: sms };
      const { campaign } = await change('createCampaign', input, 'COPYWRITER');
      if (!campaign) throw new Error('Refused');
      return campaign;
    };

    it('takes a draft from a copywriter to a launch', async () => {
      const { id } = await draft('To approve');
      await expect(change('launchCampaign', { id, version: 1 }, 'COPYWRITER')).rejects.toThrow('campaigns.launch');
      const { approval: asked } = await submit({ id, version: 1, note: 'Ready' });
      expect(asked).toMatchObject({ state: 'PENDING', note: 'Ready', requestedBy: 'copywriter', kind: 'CAMPAIGN' });
      const pending = '{ approvals(state: PENDING) { nodes { campaignId campaignName campaignVersion } } }';
      const { approvals } = await stage.ask<{ approvals: object }>(pending, {}, 'APPROVER');
      expect(approvals).toEqual({ nodes: [{ campaignId: id, campaignName: 'To approve', campaignVersion: 1 }] });
      const content = { sms: { text: 'Mine' } };
      await expect(change('updateCampaign', { id, version: 1, content }, 'APPROVER')).rejects.toThrow('campaigns.edit');
      expect((await change('launchCampaign', { id, version: 1 }, 'APPROVER')).userErrors).toEqual([]);
      const { campaign } = await stage.ask<{ campaign: object }>(
        `query ($id: ID!) { campaign(id: $id) { ${approval} } }`,
        { id },
      );
      expect(campaign).toMatchObject({ approval: { state: 'APPROVED', decidedBy: 'approver' } });
      expect(await stage.ask(pending)).toEqual({ approvals: { nodes: [] } });
    });

    it('gives a request back with a note, and takes one back that was edited after it', async () => {
      const { id } = await draft('To and fro');
      const { approval: first } = await submit({ id, version: 1 });
      const input = { approvalId: first?.id, note: 'Shorter, please' };
      await expect(stage.change('returnCampaign', { input, fields: approval, role: 'COPYWRITER' })).rejects.toThrow(
        'campaigns.launch',
      );
      const back = await stage.change<Approval>('returnCampaign', { input, fields: approval, role: 'APPROVER' });
      expect(back.approval).toMatchObject({ state: 'RETURNED', decisionNote: 'Shorter, please' });
      const again = await stage.change<Approval>('returnCampaign', { input, fields: approval, role: 'APPROVER' });
      expect(again.userErrors).toMatchObject([{ code: 'WRONG_STATUS' }]);
      await submit({ id, version: 1 });
      await change('updateCampaign', { id, version: 1, content: { sms: { text: 'Hi!' } } }, 'COPYWRITER');
      const { campaign } = await stage.ask<{ campaign: object }>(
        `query ($id: ID!) { campaign(id: $id) { approval { state } } }`,
        { id },
      );
      expect(campaign).toEqual({ approval: { state: 'SUPERSEDED' } });
    });

    it('does not ask for what could not be launched, was changed meanwhile or is live as it is', async () => {
      const { campaign } = await change('createCampaign', { name: 'Not ready' }, 'COPYWRITER');
      const unready = await submit({ id: campaign?.id, version: 1 });
      expect(unready.userErrors.map(({ path }) => path.join('.'))).toEqual(['content', 'channelId']);
      const { id } = await draft('Already');
      expect((await submit({ id, version: 9 })).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
      await change('launchCampaign', { id, version: 1 });
      expect((await submit({ id, version: 2 })).userErrors).toMatchObject([{ code: 'WRONG_STATUS' }]);
      await expect(submit({ id, version: 2 }, 'APPROVER')).rejects.toThrow('campaigns.edit');
    });

    it('keeps copywriters from what is live: its name in Optimove and its end', async () => {
      const { id } = await draft('Live');
      const renamed = await change('renameCampaign', { id, version: 1, name: 'Still a draft' }, 'COPYWRITER');
      expect(renamed.userErrors).toEqual([]);
      await change('launchCampaign', { id, version: 2 });
      const refused = await change('renameCampaign', { id, version: 3, name: 'Mine' }, 'COPYWRITER');
      expect(refused.userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
      expect([...stage.optimove.templates.values()]).toContain('Still a draft');
      await change('withdrawCampaign', { id });
      expect((await change('archiveCampaign', { id }, 'COPYWRITER')).userErrors).toMatchObject([
        { code: 'NOT_ALLOWED' },
      ]);
      expect((await change('archiveCampaign', { id }, 'MARKETER')).userErrors).toEqual([]);
    });

    it('takes a Direct campaign the same way', async () => {
      const direct = 'campaign { id version status steps { step isReady } approval { state } }';
      type Direct = { campaign: { id: string; version: number } | null };
      const input = { name: 'Direct to approve', content: sms };
      const made = await stage.change<Direct>('createDirectCampaign', { input, fields: direct, role: 'COPYWRITER' });
      const { id = '', version = 0 } = made.campaign ?? {};
      const asked = await stage.change<Approval>('submitCampaign', { input: { id, version }, fields: approval });
      expect(asked.approval).toMatchObject({ state: 'PENDING', kind: 'DIRECT', campaignName: 'Direct to approve' });
      const launched = await stage.change<Direct>('launchDirectCampaign', {
        input: { id, version },
        fields: direct,
        role: 'APPROVER',
      });
      expect(launched).toMatchObject({ campaign: { status: 'SCHEDULED', approval: { state: 'APPROVED' } } });
      const away = await stage.change<Direct>('archiveDirectCampaign', {
        input: { id },
        fields: direct,
        role: 'COPYWRITER',
      });
      expect(away.userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
      const copy = await stage.change<Direct>('copyDirectCampaign', {
        input: { id },
        fields: 'campaign { name status }',
      });
      expect(copy.campaign).toEqual({ name: 'Copy of Direct to approve', status: 'DRAFT' });
    });
  });

  it('keeps every version that was launched, and which of them an execution sends', async () => {
    await stage.database.query(
      `INSERT INTO snippet (id, project_id, name, text, version) VALUES (gen_random_uuid(), $1, 'bye', 'Bye', 1)`,
      [stage.actor.projectId],
    );
    const content = { sms: { from: 'Shop', text: 'One {{ snippets.bye }}' } };
    const { id } = await made({ name: 'Versions', channelId: stage.smsChannelId, content });
    await change('launchCampaign', { id, version: 1 });
    await change('updateCampaign', { id, version: 2, content: { sms: { from: 'Shop', text: 'Two' } } });
    await change('launchCampaign', { id, version: 3 });
    const versionFields = 'id number launchedBy content { sms { text } } snippets { name text } segmentRules channelId';
    const query = `query ($id: ID!, $after: String) { campaign(id: $id) { versions(first: 1, after: $after) {
      nodes { ${versionFields} } pageInfo { endCursor hasNextPage } } } }`;
    type Page = { campaign: { versions: { nodes: object[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } };
    const { campaign: newest } = await stage.ask<Page>(query, { id });
    expect(newest.versions).toMatchObject({
      nodes: [{ number: 2, content: { sms: { text: 'Two' } }, snippets: [], segmentRules: null }],
      pageInfo: { hasNextPage: true },
    });
    const { campaign: older } = await stage.ask<Page>(query, { id, after: newest.versions.pageInfo.endCursor });
    const one = {
      id: expect.any(String),
      number: 1,
      launchedBy: expect.any(String),
      content: { sms: { text: 'One {{ snippets.bye }}' } },
      snippets: [{ name: 'bye', text: 'Bye' }],
      segmentRules: null,
      channelId: stage.smsChannelId,
    };
    expect(older.versions).toMatchObject({ nodes: [one], pageInfo: { hasNextPage: false } });
    const { campaignVersion } = await stage.ask<{ campaignVersion: object }>(
      `query ($id: ID!) { campaignVersion(id: $id) { ${versionFields} } }`,
      { id: (older.versions.nodes[0] as { id: string }).id },
    );
    expect(campaignVersion).toEqual(one);
  });

  it('shows what an execution sends, whatever was launched later', async () => {
    const direct = 'campaign { id version }';
    type Direct = { campaign: { id: string; version: number } | null };
    const start = { input: { name: 'Frozen', content: sms }, fields: direct };
    const { campaign } = await stage.change<Direct>('createDirectCampaign', start);
    const { id } = campaign ?? {};
    await stage.change('launchDirectCampaign', { input: { id, version: 1 }, fields: direct });
    await stage.module.get(StartDirect).announceDue(10);
    const content = { sms: { from: 'Shop', text: 'Later' } };
    const edited = { input: { id, version: 2, content }, fields: direct };
    const { userErrors } = await stage.change('updateDirectCampaign', edited);
    expect(userErrors).toEqual([]);
    await stage.change('launchDirectCampaign', { input: { id, version: 3 }, fields: direct });
    const { directCampaign } = await stage.ask<{ directCampaign: object }>(
      `query ($id: ID!) { directCampaign(id: $id) { versions { nodes { number content { sms { text } } } }
        executions { nodes { contents { optimoveTemplateId version { number content { sms { text } } } } } } } }`,
      { id },
    );
    const [one, two] = ['Hi', 'Later'].map((text, index) => ({ number: index + 1, content: { sms: { text } } }));
    expect(directCampaign).toEqual({
      versions: { nodes: [two, one] },
      executions: { nodes: [{ contents: [{ optimoveTemplateId: 'direct', version: one }] }] },
    });
  });
});
