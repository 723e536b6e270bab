/** @once because what an operator does changes rows; the chunks that this queues go the main job's way. */
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

interface DryRunResult {
  endStates: object[];
  messages: object[];
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

    const { customerTrace } = await product.graphql<{ customerTrace: { nodes: object[] } }>(
      `query ($connection: ID!, $customer: String!) { customerTrace(connectionId: $connection, customerId: $customer) {
        nodes { endState deliveries { state closedAs closedBy } steps { kind medium detail } } } }`,
      { connection: stage.connectionId, customer: listed.nodes[1]?.customerId },
    );
    expect(customerTrace.nodes).toEqual([
      {
        endState: 'SENT',
        deliveries: [
          { state: 'UNCERTAIN', closedAs: 'SENT_AGAIN', closedBy: expect.any(String) },
          { state: 'ACCEPTED', closedAs: null, closedBy: null },
        ],
        steps: expect.arrayContaining([
          { kind: 'ANNOUNCED', medium: null, detail: null },
          { kind: 'CLOSED', medium: 'MOBILE_PUSH', detail: expect.stringContaining('SENT_AGAIN by') },
          { kind: 'ANSWERED', medium: 'MOBILE_PUSH', detail: 'ACCEPTED' },
          { kind: 'ENDED', medium: null, detail: 'SENT' },
        ]),
      },
    ]);

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
      `UPDATE delivery d SET waiting_since = d.waiting_since - interval '25 hours' FROM execution e
       WHERE e.id = d.execution_id AND e.connection_id = $1`,
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

  const found = `{ id taskId finishedAt result {
    received matched smsParts smsCost endStates { state count } messages { medium count } } }`;
  const finishedDryRun = (id: string) =>
    eventually('the dry run is over', async () => {
      const { dryRun } = await product.graphql<{ dryRun: { finishedAt: string | null; result: DryRunResult } }>(
        `query ($id: ID!) { dryRun(id: $id) ${found} }`,
        { id },
      );
      return dryRun.finishedAt === null ? null : dryRun.result;
    });

  it('rehearses a campaign: the same funnel as the real one, and nothing goes out', async () => {
    const { stage, campaignId } = await planned(40);
    await runAtOptimove(product, stage, campaignId);
    const { id, funnel } = await completedExecution(product, stage.connectionId);
    const before = product.farEnds.inbox.report(0);
    const deliveriesBefore = await product.database.query('SELECT 1 FROM delivery');

    const started = await tryMutation<{ dryRun: { id: string; taskId: string } }>(
      product.graphql,
      'startDryRun',
      'StartDryRunInput',
      `dryRun ${found}`,
      { channelId: stage.channelId, optimoveCampaignId: campaignId, smsPartPrice: 0.05 },
    );
    const result = await finishedDryRun(started.dryRun.id);
    const { dryRuns } = await product.graphql<{ dryRuns: { nodes: { id: string }[] } }>(
      '{ dryRuns(first: 1) { nodes { id } } }',
    );
    expect(dryRuns.nodes).toEqual([{ id: started.dryRun.id }]);
    expect(result).toMatchObject({ received: funnel.received, endStates: funnel.endStates, smsParts: 0, smsCost: 0 });
    expect(result.messages).toEqual(funnel.deliveries.map(({ medium, count }) => ({ medium, count })));
    const { task } = await product.graphql<{ task: object }>(
      'query ($id: ID!) { task(id: $id) { status processed } }',
      {
        id: started.dryRun.taskId,
      },
    );
    expect(task).toEqual({ status: 'SUCCEEDED', processed: funnel.received });

    const { callbackJournal } = await product.graphql<{
      callbackJournal: {
        nodes: { id: string; kind: string; outcome: string; executionId: string; maskedBody: string }[];
      };
    }>(`query ($id: ID!) { callbackJournal(connectionId: $id) { nodes { id kind outcome executionId maskedBody } } }`, {
      id: stage.connectionId,
    });
    const call = callbackJournal.nodes.find(({ outcome }) => outcome === 'ANNOUNCED');
    expect(call).toMatchObject({ executionId: id, maskedBody: expect.stringContaining(campaignId) });
    const replayed = await tryMutation<{ replay: { verdict: string; dryRuns: { id: string }[] } }>(
      product.graphql,
      'replayCallback',
      'ReplayCallbackInput',
      `replay { verdict optimoveCampaignId dryRuns ${found} }`,
      { journalId: call?.id },
    );
    expect(replayed.replay).toMatchObject({ verdict: 'WHOLE_LIST', optimoveCampaignId: campaignId });
    expect((await finishedDryRun(replayed.replay.dryRuns[0]?.id ?? '')).endStates).toEqual(funnel.endStates);

    expect(product.farEnds.inbox.report(0)).toEqual(before);
    expect(await product.database.query('SELECT 1 FROM delivery')).toHaveLength(deliveriesBefore.length);
    expect(await product.database.query('SELECT 1 FROM triggered_occurrence')).toEqual([]);
  });

  it('names in a rehearsal who would get nothing and who lacks a value, and says what cannot be rehearsed', async () => {
    stages += 1;
    const stage = await stageCampaign(product, {
      content: { mobilePush: { title: 'Hello {{ user.nickname }}', body: '{{ BonusAmount }}' } },
      name: `Operate ${stages}`,
    });
    const { id } = await planWithPeople(product, stage, { count: 20, seed: 99, mix: { unmatched: 0.2 } });
    await runAtOptimove(product, stage, id);
    const { funnel } = await completedExecution(product, stage.connectionId);
    const [unknown, sent] = [countOf(funnel, 'PROFILE_NOT_FOUND'), countOf(funnel, 'SENT')];
    const start = (channelId: string) =>
      tryMutation<{ dryRun: { id: string; taskId: string } | null }>(
        product.graphql,
        'startDryRun',
        'StartDryRunInput',
        'dryRun { id taskId }',
        { channelId, optimoveCampaignId: id },
      );
    const { dryRun } = await start(stage.channelId);
    await finishedDryRun(dryRun?.id ?? '');
    const { dryRun: over } = await product.graphql<{ dryRun: { result: object } }>(
      'query ($id: ID!) { dryRun(id: $id) { result { missingFields { field customers } } } }',
      { id: dryRun?.id },
    );
    expect(over.result).toEqual({ missingFields: [{ field: 'user.nickname', customers: sent }] });
    const rows = (await (await product.rest(`/tasks/${dryRun?.taskId}/errors.csv`)).text())
      .trim()
      .split('\r\n')
      .slice(1);
    expect(rows.filter((row) => row.includes('PROFILE_NOT_FOUND'))).toHaveLength(unknown);
    expect(rows.filter((row) => row.startsWith('No value for user.nickname,'))).toHaveLength(sent);

    const nowhere = await start('0193a5c2-7b1e-7c3d-8f00-1234567890ab');
    expect(nowhere.userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['channelId'] }]);
    const { channel } = await tryMutation<{ channel: { id: string } }>(
      product.graphql,
      'addChannel',
      'AddChannelInput',
      'channel { id }',
      { connectionId: stage.connectionId, kind: 'TRIGGERED', name: 'Xtremepush Triggered' },
    );
    const triggered = await start(channel.id);
    expect(triggered.userErrors).toMatchObject([
      { code: 'INVALID', message: expect.stringContaining('replayCallback') },
    ]);
  });

  it('exports customers of any end with their deliveries, safe for spreadsheets, and says who did', async () => {
    const { stage, campaignId, announced } = await planned(12);
    await runAtOptimove(product, stage, campaignId);
    const { id } = await completedExecution(product, stage.connectionId);
    await product.database.query(
      `UPDATE recipient SET end_state = 'FAILED', reason = '=HYPERLINK("http://x","y")' WHERE execution_id = $1 AND seq = 1`,
      [id],
    );
    await product.database.query(
      `INSERT INTO recipient_reject (execution_id, reading, row_no, project_id, state, optimove_template_id, customer_id, reason, raw)
       SELECT id, 1, 999, project_id, 'MALFORMED', '7', '@SUM(A1)', 'ScheduledTime is empty', '' FROM execution WHERE id = $1`,
      [id],
    );
    const lines = async (path: string): Promise<string[]> =>
      (await (await product.rest(`/executions/${id}/${path}`)).text()).trim().split('\r\n');

    const all = await lines('recipients.csv');
    expect(all[0]).toBe('customer_id,optimove_template_id,due_at,end_state,reason,ended_at,deliveries');
    expect(all).toHaveLength(announced + 2);
    expect(all.filter((line) => /,SENT,,[^,]+,MOBILE_PUSH ACCEPTED \S+$/.test(line))).toHaveLength(announced - 1);
    const failed = await lines('recipients.csv?endState=FAILED&reason=hyperlink');
    expect(failed).toHaveLength(2);
    expect(failed[1]).toContain(`,FAILED,"'=HYPERLINK(""http://x"",""y"")",`);
    expect(await lines('recipients.csv?reason=nowhere')).toHaveLength(1);
    expect((await lines('recipients.csv?endState=MALFORMED')).slice(1)).toEqual([
      "'@SUM(A1),7,,MALFORMED,ScheduledTime is empty,,",
    ]);
    expect(await lines('rejects.csv?endState=MALFORMED')).toEqual([
      'customer_id,optimove_template_id,end_state,reason',
      "'@SUM(A1),7,MALFORMED,ScheduledTime is empty",
    ]);
    expect((await product.rest(`/executions/${id}/recipients.csv?endState=NONSENSE`)).status).toBe(400);

    const { auditEntries } = await product.graphql<{ auditEntries: { nodes: { action: string; after: string }[] } }>(
      '{ auditEntries(first: 1) { nodes { action after } } }',
    );
    expect(auditEntries.nodes[0]?.action).toBe('execution.exported');
    expect(JSON.parse(auditEntries.nodes[0]?.after ?? '')).toEqual({
      file: 'rejects',
      endState: 'MALFORMED',
      reason: null,
    });
  });
});
