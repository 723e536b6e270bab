import { mutate, stageCampaign, tryMutation } from '../../support/campaign-stage';
import { type ContentStage, setStage } from '../content/stage';

interface Template {
  id: string;
  name: string;
  html: string;
  version: number;
  isArchived: boolean;
  usedBy: { kind: string; name: string; isCurrent: boolean }[];
}

interface Written {
  id: string;
  version: number;
  hasUnlaunchedChanges: boolean;
  content: { email: { html: string; subject: string; preheader: string | null; templateId: string | null } };
  findings: { path: string[]; code: string; severity: string; message: string }[];
}

const fields = 'template { id name html version isArchived usedBy { kind name isCurrent } }';
const sender = { fromAddress: 'news@shop.example', fromName: 'Shop' };
const welcome = {
  name: 'Welcome',
  html: '<h1>Hello {{ FirstName }}</h1>',
  subject: 'Hello {{ user.nick }}',
  preheader: 'Good news',
};

describe('e-mail templates', () => {
  let stage: ContentStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 120_000);
  afterAll(() => stage?.close());

  const attempt = (field: string, input: object) =>
    tryMutation<{ template: Template | null }>(
      stage.graphql,
      `${field}EmailTemplate`,
      `${field[0]?.toUpperCase()}${field.slice(1)}EmailTemplateInput`,
      fields,
      input,
    );
  const done = async (field: string, input: object): Promise<Template> => {
    const { template, userErrors } = await attempt(field, input);
    if (!template) throw new Error(JSON.stringify(userErrors));
    return template;
  };
  const read = async <T>(selection: string, id: string): Promise<T> => {
    const { emailTemplate } = await stage.graphql<{ emailTemplate: T }>(
      `query ($id: ID!) { emailTemplate(id: $id) { ${selection} } }`,
      { id },
    );
    return emailTemplate;
  };
  const namesOf = async (args: string): Promise<string[]> => {
    const { emailTemplates } = await stage.graphql<{ emailTemplates: { nodes: { name: string }[] } }>(
      `{ emailTemplates(${args}) { nodes { name } } }`,
    );
    return emailTemplates.nodes.map(({ name }) => name);
  };
  const campaignFields =
    'campaign { id version hasUnlaunchedChanges content { email { html subject preheader templateId } } findings { path code severity message } }';
  const write = async (verb: 'create' | 'update', input: object) =>
    tryMutation<{ campaign: Written | null }>(
      stage.graphql,
      `${verb}Campaign`,
      `${verb === 'create' ? 'Create' : 'Update'}CampaignInput`,
      campaignFields,
      input,
    );
  const written = async (verb: 'create' | 'update', input: object): Promise<Written> => {
    const { campaign, userErrors } = await write(verb, input);
    if (!campaign) throw new Error(JSON.stringify(userErrors));
    return campaign;
  };

  it('are checked as the e-mail of a campaign is, and tell their placeholders', async () => {
    const refusals: [change: object, path: string, why: string][] = [
      [{ html: ' ' }, 'html', 'must not be empty'],
      [{ html: 'x'.repeat(512_001) }, 'html', 'At most 500 KB'],
      [{ html: '{{ Name' }, 'html', 'Line 1'],
      [{ html: '{{ snippets.nowhere }}' }, 'html', 'no snippet "nowhere"'],
      [{ subject: '{% if %}' }, 'subject', 'Line 1'],
      [{ subject: 's'.repeat(256) }, 'subject', '255'],
      [{ name: ' Outer' }, 'name', 'one line'],
    ];
    for (const [change, path, why] of refusals) {
      const { template, userErrors } = await attempt('create', { ...welcome, ...change });
      expect(template).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'INVALID', path: [path], message: expect.stringContaining(why) }]);
    }
    const { id } = await done('create', { ...welcome, name: 'Checked', html: '<img src="/logo.png">{{ FirstName }}' });
    expect(await read('findings { path code severity } placeholders { optimove stored }', id)).toEqual({
      findings: [
        { path: ['html'], code: 'RELATIVE_ADDRESS', severity: 'WARNING' },
        { path: ['subject'], code: 'UNKNOWN_ATTRIBUTE', severity: 'WARNING' },
      ],
      placeholders: { optimove: ['FirstName'], stored: ['nick'] },
    });
  });

  it('are changed by one at a time, copied, put away and found by name', async () => {
    const first = await done('create', { ...welcome, name: 'Spring 100%' });
    expect((await attempt('create', { ...welcome, name: 'Spring 100%' })).userErrors).toMatchObject([
      { code: 'NAME_TAKEN', path: ['name'] },
    ]);
    const change = { ...welcome, id: first.id, name: 'Spring 100%', html: '<p>New</p>' };
    expect(await done('update', { ...change, version: 1 })).toMatchObject({ html: '<p>New</p>', version: 2 });
    expect((await attempt('update', { ...change, version: 1 })).userErrors).toMatchObject([{ code: 'CONFLICT' }]);
    expect((await attempt('update', { ...change, name: 'Checked', version: 2 })).userErrors).toMatchObject([
      { code: 'NAME_TAKEN' },
    ]);
    expect(await done('copy', { id: first.id })).toMatchObject({ name: 'Copy of Spring 100%', html: '<p>New</p>' });
    expect(await namesOf('search: "SPRING 100%"')).toEqual(['Copy of Spring 100%', 'Spring 100%']);
    expect(await namesOf('search: "_pring"')).toEqual([]);

    const gone = await done('archive', { id: first.id, version: 2 });
    expect(gone).toMatchObject({ isArchived: true, version: 3 });
    expect((await attempt('update', { ...change, version: 3 })).userErrors).toMatchObject([{ code: 'ARCHIVED' }]);
    expect(await namesOf('search: "spring"')).toEqual(['Copy of Spring 100%']);
    expect(await namesOf('search: "spring", includeArchived: true')).toHaveLength(2);
    expect(await done('create', { ...welcome, name: 'Spring 100%' })).toMatchObject({ version: 1 });
    expect((await attempt('archive', { id: stage.projectId, version: 1 })).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  it('give an e-mail what it lacks, and change nothing that was written or launched', async () => {
    const template = await done('create', welcome);
    const { campaignId } = await stageCampaign(stage, {
      content: { email: { ...sender, templateId: template.id } },
    });
    const campaign = async (): Promise<Written> =>
      (
        await stage.graphql<{ campaign: Written }>(
          `query ($id: ID!) { ${campaignFields.replace('campaign', 'campaign(id: $id)')} }`,
          { id: campaignId },
        )
      ).campaign;
    const before = await campaign();
    expect(before.content.email).toEqual({
      html: welcome.html,
      subject: welcome.subject,
      preheader: welcome.preheader,
      templateId: template.id,
    });

    const changed = { ...welcome, id: template.id, html: '<h1>Bye</h1>' };
    expect(await done('update', { ...changed, name: 'Renamed', version: 1 })).toMatchObject({
      usedBy: [{ kind: 'CAMPAIGN', name: 'Stage', isCurrent: false }],
    });
    const after = await campaign();
    expect(after).toMatchObject({ content: before.content, hasUnlaunchedChanges: false });
    expect(after.findings.filter(({ code }) => code === 'TEMPLATE_CHANGED')).toEqual([
      {
        ...{ path: ['content', 'email', 'templateId'], code: 'TEMPLATE_CHANGED', severity: 'WARNING' },
        message: expect.stringContaining('Renamed'),
      },
    ]);

    const own = { ...sender, templateId: template.id, html: '<p>Own</p>', subject: 'Own' };
    const kept = await written('update', { id: campaignId, version: after.version, content: { email: own } });
    expect(kept.content.email).toEqual({
      ...{ html: '<p>Own</p>', subject: 'Own' },
      preheader: null,
      templateId: template.id,
    });
    expect(kept.findings.map(({ code }) => code)).toContain('TEMPLATE_CHANGED');
    const again = { email: { ...sender, subject: 'Own', templateId: template.id } };
    const taken = await written('update', { id: campaignId, version: kept.version, content: again });
    expect(taken.content.email).toMatchObject({ html: '<h1>Bye</h1>', subject: 'Own', preheader: welcome.preheader });
    expect(taken.findings.map(({ code }) => code)).not.toContain('TEMPLATE_CHANGED');
    expect(taken.hasUnlaunchedChanges).toBe(true);
  });

  it('serve Direct campaigns too, and only while they are there', async () => {
    const template = await done('create', { ...welcome, name: 'Direct' });
    const email = { ...sender, templateId: template.id };
    const made = await mutate<{ campaign: Written }>(
      stage.graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id version content { email { html templateId } } }',
      { name: 'Sent from here', content: { email } },
    );
    expect(made.campaign.content.email).toEqual({ html: welcome.html, templateId: template.id });
    expect(await read('usedBy { kind name isCurrent }', template.id)).toEqual({
      usedBy: [{ kind: 'DIRECT_CAMPAIGN', name: 'Sent from here', isCurrent: true }],
    });
    const own = await written('create', { name: 'Edited', content: { email: { ...email, html: '<p>Edited</p>' } } });
    expect(own.content.email).toEqual({ html: '<p>Edited</p>', subject: '', preheader: null, templateId: template.id });
    await done('archive', { id: template.id, version: 1 });
    const { campaign, userErrors } = await write('create', { name: 'Late', content: { email } });
    expect(campaign).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'INVALID_CONTENT', path: ['content', 'email', 'templateId'] }]);
    const { userErrors: none } = await tryMutation(
      stage.graphql,
      'updateDirectCampaign',
      'UpdateDirectCampaignInput',
      'campaign { id }',
      { id: made.campaign.id, version: made.campaign.version, content: { email: { ...email, html: '<p>Own</p>' } } },
    );
    expect(none).toEqual([]);
  });

  it('keep the snippets that they use', async () => {
    const { snippet } = await mutate<{ snippet: { id: string } }>(
      stage.graphql,
      'createSnippet',
      'CreateSnippetInput',
      'snippet { id }',
      { name: 'legal', text: '18+ {{ Licence }}' },
    );
    const { id } = await done('create', { ...welcome, name: 'With legal', html: '<p>{{ snippets.legal }}</p>' });
    expect(await read('placeholders { optimove }', id)).toEqual({ placeholders: { optimove: ['Licence'] } });
    const { userErrors } = await tryMutation(
      stage.graphql,
      'deleteSnippet',
      'DeleteSnippetInput',
      'snippet { id usedBy { kind name } }',
      { id: snippet.id, version: 1 },
    );
    expect(userErrors).toMatchObject([
      { code: 'IN_USE', message: 'Take it out of e-mail template "With legal" first' },
    ]);
  });
});
