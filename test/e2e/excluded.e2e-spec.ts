/** @once because the gate decides in PostgreSQL, in the transaction that claims. */
import {
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
import { type Product, startProduct } from '../support/product';

const content = {
  mobilePush: { title: 'Tonight', body: 'The final' },
  inbox: { style: 'CARD', title: 'Tonight', body: 'In your inbox' },
};
const inApp = { inApp: { style: 'MODAL', title: 'Tonight', body: 'The final', trigger: { kind: 'SESSION_START' } } };

interface Letters {
  messages: { id: string }[];
  unread: number;
}

interface Phone {
  get(path: string): Promise<Letters>;
  identify(userId: string): Promise<void>;
}

describe('no road leads to who is excluded', () => {
  let product: Product;
  let stage: CampaignStage;
  let sdkKey: string;
  let customers: string[];
  let phone: Phone;

  beforeAll(async () => {
    product = await startProduct();
    const { graphql } = product;
    await addProviders(product);
    for (const provider of ['inbox', 'in-app']) {
      await mutate(graphql, 'createProviderAccount', 'CreateProviderAccountInput', 'providerAccount { id }', {
        provider,
        name: provider,
        settings: [],
      });
    }
    ({ sdkKey } = await mutate<{ sdkKey: string }>(graphql, 'createApp', 'CreateAppInput', 'sdkKey', {
      name: 'App',
      platform: 'ANDROID',
    }));
    stage = await stageCampaign(product, { content, name: 'Roads' });
  });
  afterAll(() => product?.stop());

  const pushes = (): number => product.farEnds.inbox.report(0).mobilePush.received;

  async function phoneOf(userId: string): Promise<Phone> {
    const call = (method: string, path: string, headers: Record<string, string>, body?: object) =>
      fetch(`${product.apiUrl}/sdk/v1/${path}`, {
        method,
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        body: body && JSON.stringify(body),
      });
    const device = { installationId: `phone-of-${userId}`, pushToken: `token-of-${userId}` };
    const registered = await call('POST', 'devices', { 'x-app-key': sdkKey }, device);
    const { deviceSecret } = (await registered.json()) as { deviceSecret: string };
    const own = { authorization: `Bearer ${deviceSecret}` };
    const identify = async (given: string): Promise<void> => {
      expect((await call('PUT', 'device/user', own, { userId: given })).status).toBe(200);
    };
    await identify(userId);
    return { identify, get: async (path) => (await (await call('GET', path, own)).json()) as Letters };
  }

  async function exclude(value: string, medium = 'ANY'): Promise<() => Promise<unknown>> {
    const { graphql } = product;
    const input = { kind: 'USER_ID', value, medium, reason: 'Excluded by themselves' };
    const { entry } = await mutate<{ entry: { id: string } }>(
      graphql,
      'addSuppressionEntry',
      'AddSuppressionEntryInput',
      'entry { id }',
      input,
    );
    return () =>
      mutate(graphql, 'removeSuppressionEntry', 'RemoveSuppressionEntryInput', 'removedId', { id: entry.id });
  }

  async function sendDirect(name: string, of: object): Promise<FunnelAnswer> {
    const { graphql } = product;
    const { campaign } = await mutate<{ campaign: { id: string; version: number } }>(
      graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id version }',
      { name, content: of },
    );
    await mutate(graphql, 'launchDirectCampaign', 'LaunchDirectCampaignInput', 'campaign { status }', campaign);
    return eventually('the Direct campaign completes', async () => {
      const { directCampaign } = await graphql<{
        directCampaign: { executions: { nodes: { state: string; funnel: FunnelAnswer }[] } };
      }>(
        `query ($id: ID!) { directCampaign(id: $id) { executions { nodes { state funnel {
           received ended sent delivered endStates { state count } deliveries { medium state count } } } } } }`,
        { id: campaign.id },
      );
      return directCampaign.executions.nodes.find(({ state }) => state === 'COMPLETED')?.funnel ?? null;
    });
  }

  it('what was kept in the inbox before is shown no more, and comes back with the leave to', async () => {
    const campaign = await planWithPeople(product, stage, { count: 3, seed: 91, mix: {} });
    const list = await fetch(
      `${product.sandbox.url}/control/tenants/${stage.tenant.id}/campaigns/${campaign.id}/profiles.csv`,
    );
    customers = (await list.text())
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[0] ?? '');
    phone = await phoneOf(customers[0] ?? '');
    await runAtOptimove(product, stage, campaign.id);
    await completedExecution(product, stage.connectionId);
    expect(await phone.get('inbox')).toMatchObject({ unread: 1, messages: [{ id: expect.any(String) }] });
    const onMail = await exclude(customers[0] ?? '', 'EMAIL');
    expect(await phone.get('inbox')).toMatchObject({ unread: 1 });
    await onMail();
    const include = await exclude(customers[0] ?? '');
    expect(await phone.get('inbox')).toEqual({ unread: 0, messages: [], next: null });
    await include();
    expect(await phone.get('inbox')).toMatchObject({ unread: 1 });
  });

  it('what waits in the app to come up does not, and signing out changes nothing', async () => {
    const person = customers[0] ?? '';
    await sendDirect('In the app', inApp);
    const waiting = await phone.get('in-app?trigger=SESSION_START');
    expect(waiting.messages).toHaveLength(1);
    const include = await exclude(person);
    expect(await phone.get('in-app?trigger=SESSION_START')).toEqual({ messages: [] });
    await phone.identify('');
    const before = pushes();
    const funnel = await sendDirect('To all', { mobilePush: content.mobilePush });
    // The person, and the anonymous profile that has the phone now.
    expect(countOf(funnel, 'SUPPRESSED')).toBe(2);
    expect(pushes() - before).toBe(customers.length - 1);
    await phone.identify(person);
    await include();
  });

  it('sending again what was uncertain passes the gate', async () => {
    const campaign = await planWithPeople(product, stage, { count: 3, seed: 91, mix: {} });
    await product.control('PUT', '/far-ends/mobilePush/fault', { kind: 'close', times: 1 });
    await runAtOptimove(product, stage, campaign.id);
    const uncertain = await eventually('a message is uncertain', async () => {
      const { executions } = await product.graphql<{
        executions: {
          nodes: { id: string; state: string; uncertainDeliveries: { nodes: { customerId: string }[] } }[];
        };
      }>(
        `query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes {
           id state uncertainDeliveries { nodes { customerId } } } } }`,
        { id: stage.connectionId },
      );
      const [execution] = executions.nodes;
      const [delivery] = execution?.uncertainDeliveries.nodes ?? [];
      return execution?.state === 'COMPLETED' && delivery
        ? { id: execution.id, customerId: delivery.customerId }
        : null;
    });
    const include = await exclude(uncertain.customerId);
    const before = pushes();
    const input = { executionId: uncertain.id, expectedCount: 1 };
    await mutate(product.graphql, 'sendUncertainAgain', 'SettleUncertainInput', 'deliveries', input);
    const { funnel } = await completedExecution(product, stage.connectionId);
    expect(funnel.ended).toBe(funnel.received);
    expect(pushes()).toBe(before);
    await include();
  });

  it('a triggered campaign passes the gate', async () => {
    const { graphql } = product;
    const { channel } = await mutate<{ channel: { id: string; optimoveChannelId: number } }>(
      graphql,
      'addChannel',
      'AddChannelInput',
      'channel { id optimoveChannelId }',
      { connectionId: stage.connectionId, kind: 'TRIGGERED', name: 'Xtremepush Triggered' },
    );
    const { campaign } = await mutate<{ campaign: { id: string; version: number } }>(
      graphql,
      'createCampaign',
      'CreateCampaignInput',
      'campaign { id version }',
      { channelId: channel.id, name: 'Trigger', content: { mobilePush: content.mobilePush } },
    );
    const launched = await mutate<{ campaign: { publication: { optimoveTemplateId: string } } }>(
      graphql,
      'launchCampaign',
      'LaunchCampaignInput',
      'campaign { publication { optimoveTemplateId } }',
      campaign,
    );
    const [, excluded = '', other = ''] = customers;
    await exclude(excluded);
    const before = pushes();
    await product.control('POST', `/tenants/${stage.tenant.id}/trigger`, {
      channelId: channel.optimoveChannelId,
      templateId: Number(launched.campaign.publication.optimoveTemplateId),
      campaignId: 'b7',
      customerIds: [excluded, other],
    });
    const ends = await eventually('both have an end', async () => {
      const found = await product.database.query<{ customer_id: string; end_state: string }>(
        `SELECT r.customer_id, r.end_state FROM recipient r JOIN execution e ON e.id = r.execution_id
         WHERE e.kind = 'TRIGGERED' AND r.end_state IS NOT NULL`,
      );
      return found.length === 2 ? found : null;
    });
    expect(Object.fromEntries(ends.map((row) => [row.customer_id, row.end_state]))).toEqual({
      [excluded]: 'SUPPRESSED',
      [other]: 'SENT',
    });
    expect(pushes() - before).toBe(1);
  });
});
