import {
  acceptedOn,
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  type FunnelAnswer,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { startHost, type TestHost } from '../support/host';
import { type Product, startProduct } from '../support/product';

const customers = 40;
const seed = 7;
const customerId = (index: number): string => `A${seed}${String(index).padStart(7, '0')}`;
const excluded = Array.from({ length: 10 }, (_each, index) => customerId(index));
const content = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' } };

interface Sync {
  state: string;
  dataDate: string;
  received: number;
  unknownCustomers: number;
}

describe('suppression, from what Optimove says to the message that is not sent', () => {
  let product: Product;
  let second: TestHost;
  let stage: CampaignStage;
  let attributeId: string;

  beforeAll(async () => {
    product = await startProduct();
    second = await startHost('worker', product.env);
    await addProviders(product);
    stage = await stageCampaign(product, { content, name: 'Guarded' });
  });

  afterAll(async () => {
    await second.stop();
    await product.stop();
  });

  const tenant = (path: string): string => `/tenants/${stage.tenant.id}${path}`;

  async function syncOf(dataDate: string): Promise<Sync> {
    const query = `query ($id: ID!) { suppressionSyncs(suppressionAttributeId: $id) { nodes { state dataDate received unknownCustomers } } }`;
    return eventually(`the sync of ${dataDate}`, async () => {
      const { suppressionSyncs } = await product.graphql<{ suppressionSyncs: { nodes: Sync[] } }>(query, {
        id: attributeId,
      });
      return suppressionSyncs.nodes.find((sync) => sync.dataDate === dataDate && /SUCCEEDED|FAILED/.test(sync.state));
    });
  }

  it('syncs once when Optimove says that its daily process ended, with two workers at it', async () => {
    const { graphql, control } = product;
    await control('PUT', tenant('/attributes/gamStop'), {});
    await control('PUT', tenant('/data-date'), { date: '2026-05-01' });
    const { attributeDefinition } = await mutate<{ attributeDefinition: { id: string } }>(
      graphql,
      'createAttributeDefinition',
      'CreateAttributeDefinitionInput',
      'attributeDefinition { id }',
      { name: 'gamStop', type: 'BOOLEAN' },
    );
    const { suppressionAttribute } = await mutate<{ suppressionAttribute: { id: string } }>(
      graphql,
      'chooseSuppressionAttribute',
      'ChooseSuppressionAttributeInput',
      'suppressionAttribute { id }',
      { connectionId: stage.connectionId, attributeDefinitionId: attributeDefinition.id },
    );
    attributeId = suppressionAttribute.id;
    expect(await syncOf('2026-05-01')).toMatchObject({ state: 'SUCCEEDED', received: 0 });

    const values = Object.fromEntries(excluded.map((id) => [id, 'true']));
    await control('PUT', tenant('/attributes/gamStop'), { values });
    await control('PUT', tenant('/data-date'), { date: '2026-05-02' });
    await Promise.all([1, 2, 3].map(() => control('POST', tenant('/daily-process'), {})));
    expect(await syncOf('2026-05-02')).toMatchObject({ state: 'SUCCEEDED', received: 10, unknownCustomers: 10 });
    const calls = await control<{ path: string }[]>('GET', tenant('/calls'));
    expect(calls.filter(({ path }) => path.endsWith('GetCustomerAttributeChangers'))).toHaveLength(2);
  });

  it('sends nothing to excluded customers, though they became profiles after the sync, and can prove it', async () => {
    const { graphql } = product;
    await mutate(graphql, 'createExclusionRule', 'CreateExclusionRuleInput', 'rule { id }', {
      suppressionAttributeId: attributeId,
      excludingValues: ['true'],
      whenUnknown: 'ALLOW',
      maximumAgeHours: 8760,
    });
    await mutate(graphql, 'setOptimoveGuard', 'SetOptimoveGuardInput', 'feed { guardsOptimove }', {
      connectionId: stage.connectionId,
      guardsOptimove: true,
      version: 1,
    });
    const campaign = await planWithPeople(product, stage, { count: customers, seed, mix: {} });
    await runAtOptimove(product, stage, campaign.id);
    const { funnel } = await completedExecution(product, stage.connectionId);
    expect(countOf(funnel, 'SUPPRESSED')).toBe(excluded.length);
    expect(funnel.sent).toBe(customers - excluded.length);
    const query = `query ($userId: String!, $at: DateTime!) { suppressionProof(userId: $userId, at: $at) { outcome value dataDate } }`;
    const proof = async (userId: string) =>
      (await graphql<{ suppressionProof: object[] }>(query, { userId, at: new Date().toISOString() })).suppressionProof;
    expect(await proof(customerId(0))).toEqual([{ outcome: 'SUPPRESSED', value: 'true', dataDate: '2026-05-02' }]);
    expect(await proof(customerId(20))).toEqual([{ outcome: 'ALLOWED', value: null, dataDate: '2026-05-02' }]);
  });

  interface DirectRun {
    state: string;
    holdReason: string | null;
    funnel: FunnelAnswer;
  }

  const received = (): number => product.farEnds.inbox.report(1).mobilePush.received;

  async function launchDirect(name: string): Promise<string> {
    const { graphql } = product;
    const { campaign } = await mutate<{ campaign: { id: string; version: number } }>(
      graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id version }',
      { name, content: { mobilePush: { title: 'Tonight', body: 'The final' } } },
    );
    const launched = await mutate<{ campaign: { status: string } }>(
      graphql,
      'launchDirectCampaign',
      'LaunchDirectCampaignInput',
      'campaign { status }',
      campaign,
    );
    expect(launched.campaign.status).toBe('SCHEDULED');
    return campaign.id;
  }

  const runOf = (id: string, isIt: (run: DirectRun) => boolean): Promise<DirectRun> =>
    eventually('the Direct campaign comes so far', async () => {
      const { directCampaign } = await product.graphql<{ directCampaign: { executions: { nodes: DirectRun[] } } }>(
        `query ($id: ID!) { directCampaign(id: $id) { executions { nodes { state holdReason funnel {
           received ended sent endStates { state count } deliveries { medium state count } } } } } }`,
        { id },
      );
      return directCampaign.executions.nodes.find(isIt) ?? null;
    });

  it('shows the data date, the last sync and the next look for one in the overview of the connection', async () => {
    const { connection } = await product.graphql<{
      connection: { nextSyncCheckAt: string; suppressionFeed: { checkedAt: string } };
    }>(
      `query ($id: ID!) { connection(id: $id) { nextSyncCheckAt
        suppressionFeed { dataDate checkedAt problem attributes { name state dataDate lastSyncedAt } } } }`,
      { id: stage.connectionId },
    );
    const day = expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/);
    expect(connection.suppressionFeed).toMatchObject({
      dataDate: day,
      problem: null,
      attributes: [{ name: 'gamStop', state: 'FRESH', dataDate: day, lastSyncedAt: expect.any(String) }],
    });
    expect(Date.parse(connection.nextSyncCheckAt)).toBeGreaterThan(Date.parse(connection.suppressionFeed.checkedAt));
  });

  it('lets a Direct campaign reach everybody but excluded people, once, whatever the connection is set to', async () => {
    const before = received();
    const { funnel } = await runOf(await launchDirect('To all'), ({ state }) => state === 'COMPLETED');
    expect(countOf(funnel, 'SUPPRESSED')).toBe(excluded.length);
    expect(funnel).toMatchObject({ received: customers, ended: customers, sent: customers - excluded.length });
    expect(received() - before).toBe(acceptedOn(funnel, 'MOBILE_PUSH'));
  });

  it('holds a Direct campaign while the data of a rule are too old, until an administrator overrides the rule', async () => {
    const { graphql } = product;
    const { exclusionRules } = await graphql<{ exclusionRules: { id: string; version: number }[] }>(
      'query ($id: ID!) { exclusionRules(connectionId: $id) { id version } }',
      { id: stage.connectionId },
    );
    const [rule] = exclusionRules;
    await mutate(graphql, 'updateExclusionRule', 'UpdateExclusionRuleInput', 'rule { id }', {
      ...rule,
      excludingValues: ['true'],
      whenUnknown: 'ALLOW',
      maximumAgeHours: 1,
    });
    const before = received();
    const id = await launchDirect('Held');
    const held = await runOf(id, ({ holdReason }) => holdReason !== null);
    expect(held).toMatchObject({ state: 'ANNOUNCED', holdReason: expect.stringContaining('gamStop') });
    expect(received()).toBe(before);
    await mutate(graphql, 'overrideExclusionRule', 'OverrideExclusionRuleInput', 'override { id }', {
      ruleId: rule?.id,
      reason: 'Agreed with compliance',
      expiresAt: new Date(Date.now() + 3_600_000),
    });
    const { funnel } = await runOf(id, ({ state }) => state === 'COMPLETED');
    expect(countOf(funnel, 'SUPPRESSED')).toBe(excluded.length);
    expect(funnel.sent).toBe(customers - excluded.length);
  });

  it('reads a campaign list although Optimove does not release the attribute any more', async () => {
    await product.control('PUT', tenant('/attributes/gamStop'), { isReleased: false });
    const campaign = await planWithPeople(product, stage, { count: customers, seed, mix: {} });
    await runAtOptimove(product, stage, campaign.id);
    const { funnel } = await completedExecution(product, stage.connectionId);
    expect(funnel).toMatchObject({ received: customers, ended: customers, sent: customers - excluded.length });
    expect(countOf(funnel, 'SUPPRESSED')).toBe(excluded.length);
  });
});
