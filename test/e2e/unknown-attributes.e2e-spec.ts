/** @once because what Optimove refuses does not depend on what brought the job. */
import {
  addProviders,
  type CampaignStage,
  completedExecution,
  mutate,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

const customers = 40;
const content = {
  mobilePush: {
    title: 'Hello {{ FirstName }}',
    body: "{{ NickName|default('friend') }}, {{ Unheard }}{{ BonusAmount }}",
  },
};

describe('attributes that Optimove does not know', () => {
  let product: Product;
  let stages = 0;
  /** Attributes asked for with each call for the list, in the order of the calls. */
  const asked: string[] = [];

  beforeAll(async () => {
    product = await startProduct({
      sandbox: {
        onCall: async (path, query) => {
          if (path.includes('GetCustomerSendDetailsByChannel')) asked.push(String(query.customerattributes ?? ''));
        },
      },
    });
    await addProviders(product);
  });
  afterAll(() => product?.stop());
  beforeEach(() => {
    product.farEnds.inbox.clear();
    asked.length = 0;
  });

  const staged = async (connection: object = {}): Promise<{ stage: CampaignStage; id: string }> => {
    stages += 1;
    const stage = await stageCampaign(product, { content, connection, name: `Unknown ${stages}` });
    const { id } = await planWithPeople(product, stage, { count: customers, seed: stages, mix: {} });
    return { stage, id };
  };
  const ended = async (stage: CampaignStage, not?: string) => {
    const execution = await eventually('the execution ends otherwise', async () => {
      const found = await completedExecution(product, stage.connectionId);
      return found.state === not ? null : found;
    });
    const query = `query ($id: ID!) { execution(id: $id) { unknownAttributes readings { unknownAttributes problem } } }`;
    const answer = await product.graphql<{
      execution: { unknownAttributes: string[]; readings: { unknownAttributes: string[]; problem: string | null }[] };
    }>(query, { id: execution.id });
    return { ...execution, ...answer.execution };
  };
  const messages = () => product.farEnds.inbox.report(customers).mobilePush;

  it('have no value, are named, and the others have theirs', async () => {
    const { stage, id } = await staged();
    await runAtOptimove(product, stage, id);
    const { state, reason, funnel, unknownAttributes } = await ended(stage);

    expect({ state, reason, sent: funnel.sent }).toEqual({ state: 'COMPLETED', reason: null, sent: customers });
    expect(unknownAttributes).toEqual(['NickName', 'Unheard']);
    expect(messages().received).toBe(customers);
    for (const { title, body } of messages().last) {
      expect(title).toMatch(/^Hello Player \d+$/);
      expect(body).toMatch(/^friend, \d+$/);
    }
    expect(asked.slice(-2)).toEqual(Array(2).fill('MobileNumber;BonusAmount;FirstName'));
    // One that was refused, the search, and the pages.
    expect(asked.length).toBeLessThanOrEqual(1 + 2 * 5 + 2);
  });

  it('have no value in files either', async () => {
    const { stage, id } = await staged();
    const listeners = await product.control<{ listenerUrl: string }[]>('GET', `/tenants/${stage.tenant.id}/listeners`);
    const url = listeners.map(({ listenerUrl }) => listenerUrl).find((each) => each.endsWith('/event-13')) ?? '';
    await product.control('PUT', `/tenants/${stage.tenant.id}/webhooks`, {
      channelId: 506,
      url: url.replace(/event-13$/, 'event-14'),
      rowsPerFile: 25,
    });
    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${id}/run`, { byFiles: true });
    const { state, unknownAttributes } = await ended(stage);

    expect({ state, unknownAttributes }).toEqual({ state: 'COMPLETED', unknownAttributes: ['NickName', 'Unheard'] });
    expect(messages().received).toBe(customers);
    expect(messages().last[0]).toMatchObject({
      title: expect.stringMatching(/^Hello Player/),
      body: expect.stringMatching(/^friend, \d+$/),
    });
  });

  it('fail an execution whose customers are found by them; mended and started anew, it asks for what is in use', async () => {
    const { stage, id } = await staged({ userIdAttribute: 'AccountNo' });
    await runAtOptimove(product, stage, id);
    const failed = await ended(stage);
    expect(failed).toMatchObject({ state: 'FAILED', reason: expect.stringContaining('no attribute AccountNo') });
    expect(messages().received).toBe(0);

    await change(stage, 'connection', 'updateConnection', { userIdAttribute: 'UserId' });
    await change(stage, 'campaign', 'updateCampaign', { content: { mobilePush: { body: '{{ FirstName }}!' } } });
    await change(stage, 'campaign', 'launchCampaign', {});
    await mutate(product.graphql, 'retryExecution', 'ExecutionIdInput', 'execution { state }', { id: failed.id });
    const mended = await ended(stage, 'FAILED');

    expect(mended).toMatchObject({
      id: failed.id,
      state: 'COMPLETED',
      unknownAttributes: [],
      funnel: { sent: customers },
    });
    expect(mended.readings.map(({ problem }) => problem === null)).toEqual([false, true]);
    expect(asked.at(-1)).toBe('UserId;MobileNumber;FirstName');
    expect(messages().last[0]?.body).toMatch(/^Player \d+!$/);
  });

  it('are not asked for of a list that was read before they told who a customer is: it stays as it was meant', async () => {
    const { stage, id } = await staged({ userIdAttribute: 'UserId' });
    const sending = { scope: 'CONNECTION', scopeId: stage.connectionId };
    const off = { ...sending, reason: 'Until the attribute is changed' };
    await mutate(product.graphql, 'switchSendingOff', 'SwitchSendingOffInput', 'stops { scope }', off);
    await runAtOptimove(product, stage, id);
    await eventually('the list is frozen', async () => {
      const query = 'query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes { state } } }';
      const { executions } = await product.graphql<{ executions: { nodes: { state: string }[] } }>(query, {
        id: stage.connectionId,
      });
      return executions.nodes[0]?.state === 'RUNNING';
    });
    await change(stage, 'connection', 'updateConnection', { userIdAttribute: 'NickName', mobileNumberAttribute: null });
    await mutate(product.graphql, 'switchSendingOn', 'SendingScopeInput', 'stops { scope }', sending);
    expect((await ended(stage)).funnel.sent).toBe(customers);
    expect(messages().received).toBe(customers);
  });

  it('do not fail a rehearsal, which counts whom they leave without a value', async () => {
    const { stage, id } = await staged();
    await runAtOptimove(product, stage, id);
    await ended(stage);
    const { dryRun } = await mutate<{ dryRun: { id: string } }>(
      product.graphql,
      'startDryRun',
      'StartDryRunInput',
      'dryRun { id }',
      { channelId: stage.channelId, optimoveCampaignId: id },
    );
    const query = `query ($id: ID!) { dryRun(id: $id) { finishedAt result { received missingFields { field customers } } } }`;
    const { result } = await eventually('the rehearsal ends', async () => {
      const answer = await product.graphql<{ dryRun: { finishedAt: string | null; result: object | null } }>(query, {
        id: dryRun.id,
      });
      return answer.dryRun.finishedAt ? answer.dryRun : null;
    });
    expect(result).toEqual({ received: customers, missingFields: [{ field: 'Unheard', customers }] });
  });

  async function change(stage: CampaignStage, thing: 'connection' | 'campaign', mutation: string, more: object) {
    const id = thing === 'connection' ? stage.connectionId : stage.campaignId;
    const found = await product.graphql<Record<string, { version: number }>>(
      `query ($id: ID!) { ${thing}(id: $id) { version } }`,
      { id },
    );
    const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
    await mutate(product.graphql, mutation, type, `${thing} { id }`, { id, version: found[thing]?.version, ...more });
  }
});
