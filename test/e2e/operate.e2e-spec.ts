import {
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  planWithPeople,
  runAtOptimove,
  stageCampaign,
  tryMutation,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { type Product, startProduct } from '../support/product';

jest.setTimeout(180_000);

interface Uncertain {
  id: string;
  version: number;
  medium: string;
  maskedAddress: string | null;
  attempt: number;
  customerId: string;
}

interface Settled {
  deliveries: number;
  customers: number;
  mayDuplicate: boolean;
}

const content = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' } };

describe('what an operator does with an execution', () => {
  let product: Product;
  let stages = 0;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
  });
  afterAll(() => product?.stop());
  beforeEach(() => product.farEnds.inbox.clear());

  const planned = async (count: number): Promise<{ stage: CampaignStage; campaignId: string; announced: number }> => {
    stages += 1;
    const stage = await stageCampaign(product, { content, name: `Operate ${stages}` });
    const { id, announced } = await planWithPeople(product, stage, { count, seed: 60 + stages });
    return { stage, campaignId: id, announced };
  };
  const fault = (kind: string, times?: number) => product.control('PUT', '/far-ends/mobilePush/fault', { kind, times });
  const settle = (field: string, input: object, type = 'SettleUncertainInput') =>
    tryMutation<Settled>(product.graphql, field, type, 'deliveries customers mayDuplicate', input);
  const uncertainOf = async (id: string): Promise<{ nodes: Uncertain[]; totalCount: number }> => {
    const query = `query ($id: ID!) { execution(id: $id) { uncertainDeliveries {
      totalCount nodes { id version medium maskedAddress attempt customerId } } } }`;
    const { execution } = await product.graphql<{
      execution: { uncertainDeliveries: { nodes: Uncertain[]; totalCount: number } };
    }>(query, { id });
    return execution.uncertainDeliveries;
  };
  const toldSent = (stage: CampaignStage, value: number) =>
    eventually(`Optimove is told ${value} sent`, async () => {
      const metrics = await product.control<{ metricId: number; value: number }[]>(
        'GET',
        `/tenants/${stage.tenant.id}/metrics`,
      );
      return metrics.some(({ metricId, value: told }) => metricId === 0 && told === value);
    });

  it('settles uncertain messages once, whoever is faster, and Optimove hears the corrected totals', async () => {
    const { stage, campaignId, announced } = await planned(30);
    await fault('close', 3);
    await runAtOptimove(product, stage, campaignId);
    const { id, funnel } = await completedExecution(product, stage.connectionId);
    expect({ sent: countOf(funnel, 'SENT'), uncertain: countOf(funnel, 'UNCERTAIN') }).toEqual({
      sent: announced - 3,
      uncertain: 3,
    });
    await toldSent(stage, announced - 3);

    const listed = await uncertainOf(id);
    expect(listed.totalCount).toBe(3);
    const [first] = listed.nodes;
    expect(first).toMatchObject({ medium: 'MOBILE_PUSH', attempt: 1, maskedAddress: expect.stringMatching(/^…/) });
    const chosen = { executionId: id, deliveries: [{ id: first?.id, version: first?.version }] };
    const both = await Promise.all([settle('countUncertainAsSent', chosen), settle('countUncertainAsSent', chosen)]);
    expect(both.map(({ deliveries }) => deliveries).sort()).toEqual([0, 1]);
    expect(both.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(['CHANGED']);
    await toldSent(stage, announced - 2);

    expect((await settle('sendUncertainAgain', { executionId: id, expectedCount: 3 })).userErrors[0]?.code).toBe(
      'CHANGED',
    );
    const all = { executionId: id, expectedCount: 2 };
    const again = await Promise.all([settle('sendUncertainAgain', all), settle('sendUncertainAgain', all)]);
    expect(again.map(({ deliveries }) => deliveries).sort()).toEqual([0, 2]);
    expect(again.find(({ deliveries }) => deliveries === 2)?.mayDuplicate).toBe(true);

    const after = await completedExecution(product, stage.connectionId);
    expect(after.funnel.endStates).toEqual([{ state: 'SENT', count: announced }]);
    expect(after.funnel.ended).toBe(after.funnel.received);
    expect(after.funnel.deliveries).toEqual([{ medium: 'MOBILE_PUSH', state: 'ACCEPTED', count: announced }]);
    await toldSent(stage, announced);
    expect(product.farEnds.inbox.report(0).mobilePush).toMatchObject({ received: announced - 1, duplicates: 0 });
    expect(await uncertainOf(id)).toEqual({ nodes: [], totalCount: 0 });

    const { auditEntries } = await product.graphql<{
      auditEntries: { nodes: { action: string; subjectId: string }[] };
    }>('{ auditEntries(first: 20) { nodes { action subjectId } } }');
    const actions = auditEntries.nodes.filter(({ subjectId }) => subjectId === id).map(({ action }) => action);
    expect(actions).toEqual(['execution.uncertain-sent-again', 'execution.uncertain-counted-as-sent']);
  });

  it('tries failed customers again, but none that a provider refused', async () => {
    const { stage, campaignId, announced } = await planned(10);
    await fault('5xx');
    await runAtOptimove(product, stage, campaignId);
    await eventually('every message waits for another try', async () => {
      const waiting = await product.database.query(`SELECT 1 FROM delivery WHERE state = 'RETRY'`);
      return waiting.length === announced;
    });
    // An outage is given up after a day.
    await product.database.query(
      `UPDATE execution SET announced_at = announced_at - interval '25 hours' WHERE connection_id = $1`,
      [stage.connectionId],
    );
    const failed = await completedExecution(product, stage.connectionId);
    expect(countOf(failed.funnel, 'FAILED')).toBe(announced);
    await fault('none');
    await product.database.query(
      `UPDATE delivery SET reason = 'INVALID_ARGUMENT: refused' WHERE execution_id = $1 AND seq = 1`,
      [failed.id],
    );

    const retry = { executionId: failed.id };
    const both = await Promise.all([
      settle('retryFailed', retry, 'RetryFailedInput'),
      settle('retryFailed', retry, 'RetryFailedInput'),
    ]);
    expect(both.map(({ customers }) => customers).sort((one, other) => one - other)).toEqual([0, announced - 1]);
    const mended = await completedExecution(product, stage.connectionId);
    expect({ sent: countOf(mended.funnel, 'SENT'), failed: countOf(mended.funnel, 'FAILED') }).toEqual({
      sent: announced - 1,
      failed: 1,
    });
    expect(mended.funnel.ended).toBe(mended.funnel.received);
    const { execution } = await product.graphql<{ execution: { failures: object[] } }>(
      'query ($id: ID!) { execution(id: $id) { failures { reason customers } } }',
      { id: failed.id },
    );
    expect(execution.failures).toEqual([{ reason: 'INVALID_ARGUMENT', customers: 1 }]);
  });
});
