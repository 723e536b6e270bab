import { newId } from '@libs/foundation';
import { RunDryRun } from '../../../src/campaigns/rehearsal/run-dry-run';
import { type ContentStage, setStage } from './stage';

const start = `mutation ($input: StartDirectDryRunInput!) { startDirectDryRun(input: $input) {
  dryRun { id taskId connectionId directCampaignId } userErrors { code path message } } }`;
const found = `query ($id: ID!) { dryRun(id: $id) { result { received matched badNumbers endStates { state count }
  missingFields { field customers } messages { medium count } smsParts smsCost holdReason } } }`;

interface Started {
  startDirectDryRun: {
    dryRun: { id: string; taskId: string; connectionId: string | null; directCampaignId: string } | null;
    userErrors: { code: string; path: string[]; message: string }[];
  };
}

/** Five in Great Britain: one with two parts of text, two of whom one has no name, one who said no, one without a number. */
const people = [
  ['P1', '447700900001', 'SUBSCRIBED', 'GB', 'x'.repeat(200)],
  ['P2', '447700900002', 'SUBSCRIBED', 'GB', 'Ann'],
  ['P3', '447700900003', 'SUBSCRIBED', 'GB', ''],
  ['P4', '447700900004', 'UNSUBSCRIBED', 'GB', 'Bea'],
  ['P5', '', '', 'GB', 'Cleo'],
  ['P6', '35699000006', 'SUBSCRIBED', 'MT', 'Dan'],
];

describe('a dry run of a Direct campaign', () => {
  let stage: ContentStage;
  beforeAll(async () => {
    stage = await setStage();
    await stage.database.query(
      `INSERT INTO provider_account (id, project_id, provider, medium, serves, name, settings, secret_hints, is_default)
       VALUES ($1, $2, 'smpp', 'SMS', 'SMS', 'smpp', '{}', '{}', true)`,
      [newId(), stage.projectId],
    );
    const rows = ['userId,mobileNumber,smsSubscription,country,nickname', ...people.map((person) => person.join(','))];
    const headers = { 'content-type': 'text/csv' };
    const answer = await stage.rest('/imports/profiles', { method: 'POST', headers, body: rows.join('\n') });
    expect(await answer.json()).toMatchObject({ created: people.length, rejected: 0 });
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, country, mobile_number, sms_subscription)
       VALUES ($1, $2, 'stranger', 'GB', '447700900009', 'SUBSCRIBED')`,
      [newId(), newId()],
    );
  }, 120_000);
  afterAll(() => stage.close());

  async function campaign(text: string, more: object = {}): Promise<string> {
    const rules = JSON.stringify({
      match: 'all',
      rules: [{ kind: 'attribute', name: 'country', is: 'equals', value: 'GB' }],
    });
    const { createDirectCampaign } = await stage.graphql<{ createDirectCampaign: { campaign: { id: string } } }>(
      'mutation ($input: CreateDirectCampaignInput!) { createDirectCampaign(input: $input) { campaign { id } } }',
      { input: { name: newId(), content: { sms: { from: 'Example', text } }, segment: { rules }, ...more } },
    );
    return createDirectCampaign.campaign.id;
  }

  const begin = async (input: object): Promise<Started['startDirectDryRun']> =>
    (await stage.graphql<Started>(start, { input })).startDirectDryRun;

  async function rehearse(input: object): Promise<{ id: string; taskId: string; result: object | null }> {
    const { dryRun, userErrors } = await begin(input);
    expect(userErrors).toEqual([]);
    const { id = '', taskId = '' } = dryRun ?? {};
    await stage.app.get(RunDryRun, { strict: false }).run(id);
    return { id, taskId, ...(await stage.graphql<{ dryRun: { result: object | null } }>(found, { id })).dryRun };
  }

  const taskOf = (id: string): Promise<{ task: object }> =>
    stage.graphql('query ($id: ID!) { task(id: $id) { title status processed detail } }', { id });

  it('shows the funnel of who is in its segment now, and nobody is sent to', async () => {
    const id = await campaign('Hi {{ user.nickname }}');
    const { dryRun } = await begin({ id });
    expect(dryRun).toMatchObject({ connectionId: null, directCampaignId: id });
    expect(await stage.graphql('{ dryRuns(first: 1) { nodes { id directCampaignId finishedAt } } }')).toEqual({
      dryRuns: { nodes: [{ id: dryRun?.id, directCampaignId: id, finishedAt: null }] },
    });
    const { result, taskId } = await rehearse({ id, smsPartPrice: 0.05 });
    expect(result).toEqual({
      received: 5,
      matched: 5,
      badNumbers: 0,
      endStates: expect.arrayContaining([
        { state: 'SENT', count: 3 },
        { state: 'NOT_SUBSCRIBED', count: 1 },
        { state: 'NO_ADDRESS', count: 1 },
      ]),
      missingFields: [{ field: 'user.nickname', customers: 1 }],
      messages: [{ medium: 'SMS', count: 3 }],
      smsParts: 4,
      smsCost: 0.2,
      holdReason: null,
    });
    expect((await taskOf(taskId)).task).toMatchObject({ status: 'SUCCEEDED', processed: 5 });
    const rows = await (await stage.rest(`/tasks/${taskId}/errors.csv`)).text();
    expect(rows.trim().split('\r\n').slice(1)).toHaveLength(3);
    expect(rows).toContain('No value for user.nickname');
    for (const table of ['execution', 'recipient', 'delivery']) {
      expect(await stage.database.query(`SELECT 1 FROM ${table}`)).toEqual([]);
    }
  });

  it('goes by the campaign as it is edited, not as it was launched', async () => {
    const id = await campaign('Hi', { schedule: { once: { at: '2099-01-01T10:00', timeZone: 'UTC' } } });
    const { launchDirectCampaign } = await stage.graphql<{
      launchDirectCampaign: { campaign: { version: number }; userErrors: object[] };
    }>(
      `mutation ($id: ID!) { launchDirectCampaign(input: { id: $id, version: 1 }) { campaign { version } userErrors { message } } }`,
      { id },
    );
    expect(launchDirectCampaign.userErrors).toEqual([]);
    await stage.graphql(
      `mutation ($input: UpdateDirectCampaignInput!) { updateDirectCampaign(input: $input) { userErrors { message } } }`,
      { input: { id, version: launchDirectCampaign.campaign.version, segment: null } },
    );
    expect((await rehearse({ id })).result).toMatchObject({ received: 6, smsCost: null });
  });

  it('takes everybody in however many they are, each once', async () => {
    const country = 'XK';
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, country, mobile_number, sms_subscription)
       SELECT gen_random_uuid(), $1, 'M' || n, $2, (447700000000 + n)::text, 'SUBSCRIBED' FROM generate_series(1, 5001) AS n`,
      [stage.projectId, country],
    );
    const rules = JSON.stringify({
      match: 'all',
      rules: [{ kind: 'attribute', name: 'country', is: 'equals', value: country }],
    });
    const { result } = await rehearse({ id: await campaign('Hi', { segment: { rules } }) });
    expect(result).toMatchObject({ received: 5_001, endStates: [{ state: 'SENT', count: 5_001 }] });
  });

  it('says that the campaign would be held while the data of an exclusion rule cannot be relied on', async () => {
    const [attributeId, connectionId] = [newId(), newId()];
    await stage.database.query(
      `INSERT INTO suppression_attribute (id, project_id, connection_id, name, type) VALUES ($1, $2, $3, 'gamStop', 'BOOLEAN')`,
      [attributeId, stage.projectId, connectionId],
    );
    await stage.database.query(
      `INSERT INTO exclusion_rule (id, project_id, connection_id, attribute_id, excluding_values, excluding_keys, when_unknown, maximum_age_hours)
       VALUES ($1, $2, $3, $4, '[true]', '{true}', 'ALLOW', 72)`,
      [newId(), stage.projectId, connectionId, attributeId],
    );
    const { result } = await rehearse({ id: await campaign('Hi') });
    expect(result).toMatchObject({ received: 5, holdReason: expect.stringContaining('gamStop was never synced') });
    await stage.database.query('DELETE FROM exclusion_rule');
  });

  it('is refused for a campaign that is not there, of another project, or not ready, at the place to mend', async () => {
    const foreign = await campaign('Hi');
    await stage.database.query('UPDATE direct_campaign SET project_id = $2 WHERE id = $1', [foreign, newId()]);
    for (const id of [newId(), foreign]) {
      expect(await begin({ id })).toMatchObject({ dryRun: null, userErrors: [{ code: 'NOT_FOUND', path: ['id'] }] });
    }
    expect(await begin({ id: 'x' })).toMatchObject({ userErrors: [{ code: 'INVALID', path: ['id'] }] });
    expect(await begin({ id: await campaign('Hi {{ user.') })).toMatchObject({
      dryRun: null,
      userErrors: [{ code: 'INVALID', path: ['content', 'sms', 'text'] }],
    });
  });

  it('fails with the reason when the campaign cannot be sent any more', async () => {
    const id = await campaign('Hi');
    const { dryRun } = await begin({ id });
    await stage.graphql(
      `mutation ($input: UpdateDirectCampaignInput!) { updateDirectCampaign(input: $input) { userErrors { message } } }`,
      { input: { id, version: 1, content: { sms: { from: 'Example', text: '{{ user.' } } } },
    );
    await stage.app.get(RunDryRun, { strict: false }).run(dryRun?.id ?? '');
    expect(await stage.graphql(found, { id: dryRun?.id })).toEqual({ dryRun: { result: null } });
    expect((await taskOf(dryRun?.taskId ?? '')).task).toMatchObject({
      status: 'FAILED',
      detail: expect.stringContaining('cannot be sent'),
    });
  });
});
