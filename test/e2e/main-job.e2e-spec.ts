import {
  acceptedOn,
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

const mix = {
  unmatched: 0.1,
  unsubscribed: 0.1,
  emailUnsubscribed: 0.1,
  smsUnsubscribed: 0.1,
  noDevice: 0.1,
  badNumber: 0.1,
  duplicate: 0.05,
  malformed: 0.02,
};

interface Metric {
  metricId: number;
  value: number;
  posts: number;
}

describe('the main job', () => {
  let product: Product;
  let stage: CampaignStage;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
    stage = await stageCampaign(product);
  });
  afterAll(() => product?.stop());

  it('brings every customer to one end, and the far ends hold exactly what was handed over', async () => {
    const campaign = await planWithPeople(product, stage, { count: 400, mix });
    await runAtOptimove(product, stage, campaign.id);
    const { funnel, state, reason, id } = await completedExecution(product, stage.connectionId);

    expect({ state, reason }).toEqual({ state: 'COMPLETED', reason: null });
    const { expected } = campaign;
    expect(funnel.received).toBe(campaign.announced);
    expect(funnel.endStates.reduce((sum, { count }) => sum + count, 0)).toBe(campaign.announced);
    expect(countOf(funnel, 'PROFILE_NOT_FOUND')).toBe(expected.unmatched);
    expect(countOf(funnel, 'NOT_SUBSCRIBED')).toBe(expected.unsubscribed);
    expect(countOf(funnel, 'DUPLICATE')).toBe(expected.duplicates);
    expect(countOf(funnel, 'MALFORMED')).toBe(expected.malformed);
    const inbox = product.farEnds.inbox.report(0);
    expect(acceptedOn(funnel, 'MOBILE_PUSH')).toBe(inbox.mobilePush.received);
    expect(acceptedOn(funnel, 'EMAIL')).toBe(inbox.email.received);
    expect(acceptedOn(funnel, 'SMS')).toBe(inbox.sms.received);
    expect(inbox.mobilePush.duplicates + inbox.email.duplicates).toBe(0);
    const reachable = (expected.customers ?? 0) - (expected.unmatched ?? 0) - (expected.unsubscribed ?? 0);
    expect(inbox.sms.received).toBe(reachable - (expected.smsUnsubscribed ?? 0) - (expected.badNumber ?? 0));

    const csv = await (await product.rest(`/executions/${id}/recipients.csv?endState=PROFILE_NOT_FOUND`)).text();
    expect(csv.trim().split('\n')).toHaveLength((expected.unmatched ?? 0) + 1);
    const rejects = await (await product.rest(`/connections/${stage.connectionId}/number-rejects.csv`)).text();
    expect(rejects.trim().split('\n')).toHaveLength((expected.badNumber ?? 0) + 1);
  });

  it('is found by the campaign that was sent, and by no other', async () => {
    const { id } = await completedExecution(product, stage.connectionId);
    const query = `query ($id: ID!) { campaign(id: $id) { executions(first: 5) { nodes { id state } } }
      executions(first: 5, campaignId: $id) { nodes { id } } }`;
    const { campaign, executions } = await product.graphql<{
      campaign: { executions: { nodes: { id: string; state: string }[] } };
      executions: { nodes: { id: string }[] };
    }>(query, { id: stage.campaignId });
    expect(campaign.executions.nodes).toEqual([{ id, state: 'COMPLETED' }]);
    expect(executions.nodes).toEqual([{ id }]);
    const other = 'query ($id: ID!) { executions(first: 5, campaignId: $id) { nodes { id } } }';
    expect(await product.graphql(other, { id })).toEqual({ executions: { nodes: [] } });
  });

  it('can say of every customer what they got and why not', async () => {
    const trace = async (customerId: string) => {
      const query = `query ($connectionId: ID!, $customerId: String!) { customerTrace(connectionId: $connectionId, customerId: $customerId) {
        nodes { endState reason profileId dueAt endedAt deliveries { medium state claimedAt answeredAt receiptStatus } } } }`;
      const variables = { connectionId: stage.connectionId, customerId };
      return (
        await product.graphql<{
          customerTrace: { nodes: { endState: string; reason: string | null; deliveries: { medium: string }[] }[] };
        }>(query, variables)
      ).customerTrace.nodes;
    };
    const { id } = await completedExecution(product, stage.connectionId);
    const customerOf = async (endState: string): Promise<string> => {
      const csv = await (await product.rest(`/executions/${id}/recipients.csv?endState=${endState}`)).text();
      return csv.split('\n')[1]?.split(',')[0] ?? '';
    };

    const [unmatched] = await trace(await customerOf('PROFILE_NOT_FOUND'));
    expect(unmatched).toMatchObject({
      endState: 'PROFILE_NOT_FOUND',
      reason: expect.stringContaining('No profile'),
      deliveries: [],
    });
    const sent = (await trace(await customerOf('SENT'))).find(({ endState }) => endState === 'SENT');
    expect(sent?.deliveries.length).toBeGreaterThan(0);
    expect(sent?.deliveries[0]).toMatchObject({
      state: 'ACCEPTED',
      claimedAt: expect.any(String),
      answeredAt: expect.any(String),
    });
    expect(await trace('nobody')).toEqual([]);
  });

  it('tells Optimove the totals once they are known, and what was delivered once receipts came', async () => {
    const { funnel } = await completedExecution(product, stage.connectionId);
    const metricOf = async (id: number): Promise<Metric | undefined> =>
      (await product.control<Metric[]>('GET', `/tenants/${stage.tenant.id}/metrics`)).find(
        ({ metricId }) => metricId === id,
      );

    await eventually('sent is posted', async () => (await metricOf(0))?.value === funnel.sent);
    const sms = product.farEnds.inbox.report(0).sms.received;
    await eventually('delivered is posted', async () => (await metricOf(1))?.value === sms);
    await eventually('dropped is posted', async () => ((await metricOf(5))?.value ?? 0) > 0);
  });

  it('changes nothing when Optimove repeats its callback', async () => {
    const before = product.farEnds.inbox.report(0);
    const [callback] = (
      await product.control<{ url: string; body: { EventTypeID: number } }[]>(
        'GET',
        `/tenants/${stage.tenant.id}/callbacks`,
      )
    ).filter(({ body }) => body.EventTypeID === 13);

    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        fetch(callback?.url ?? '', { method: 'POST', body: JSON.stringify(callback?.body) }).then(
          ({ status }) => status,
        ),
      ),
    );

    expect(answers).toEqual([200, 200, 200, 200, 200]);
    const journal = await product.database.query<{ count: number }>(
      `SELECT count(DISTINCT execution_id)::int AS count FROM callback_journal WHERE outcome = 'ANNOUNCED'`,
    );
    expect(journal[0]?.count).toBe(1);
    const executions = await product.database.query('SELECT id FROM execution');
    expect(executions).toHaveLength(1);
    expect(product.farEnds.inbox.report(0)).toEqual(before);
  });
});
