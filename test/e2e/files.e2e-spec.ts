/** @once because files are read as pages are; a worker that is killed is the subject of crash, and of the drill on both back ends. */
import {
  acceptedOn,
  addProviders,
  type CampaignStage,
  completedExecution,
  countOf,
  mutate,
  planWithPeople,
  stageCampaign,
  tryMutation,
} from '../support/campaign-stage';
import { eventually } from '../support/eventually';
import { startHost } from '../support/host';
import { type Product, startProduct } from '../support/product';

const customers = 1_000;
const rowsPerFile = 400;
const content = { mobilePush: { title: 'Hello {{ FirstName }}', body: 'A bonus of {{ BonusAmount }}' } };

interface Replay {
  verdict: string;
  reason: string | null;
  dryRuns: { id: string }[];
}

describe('a campaign by files', () => {
  let product: Product;
  let stages = 0;

  beforeAll(async () => {
    product = await startProduct();
    await addProviders(product);
  });
  afterAll(() => product?.stop());
  beforeEach(() => product.farEnds.inbox.clear());

  const stageOne = async (mix: object = {}): Promise<{ stage: CampaignStage; id: string; announced: number }> => {
    stages += 1;
    const stage = await stageCampaign(product, { content, name: `Files ${stages}` });
    const { id, announced } = await planWithPeople(product, stage, { count: customers, seed: stages, mix });
    await product.control('PUT', `/tenants/${stage.tenant.id}/webhooks`, {
      channelId: 506,
      url: await webhookUrl(stage),
      rowsPerFile,
    });
    return { stage, id, announced };
  };
  /** What a person would copy into Optimove's screens: the address of the other listeners, for event 14. */
  const webhookUrl = async ({ tenant }: CampaignStage): Promise<string> => {
    const listeners = await product.control<{ listenerUrl: string }[]>('GET', `/tenants/${tenant.id}/listeners`);
    const url = listeners.map(({ listenerUrl }) => listenerUrl).find((each) => each.endsWith('/event-13'));
    if (!url) throw new Error('No listener is registered');
    return url.replace(/event-13$/, 'event-14');
  };
  const run = ({ tenant }: CampaignStage, id: string): Promise<unknown> =>
    product.control('POST', `/tenants/${tenant.id}/campaigns/${id}/run`, { byFiles: true });
  const fault = ({ tenant }: CampaignStage, rules: object[]): Promise<unknown> =>
    product.control('PUT', `/tenants/${tenant.id}/faults`, { rules });
  const pushes = (): number => product.farEnds.inbox.report(0).mobilePush.received;
  /** What the newest announcement would lead to now. */
  const replay = async (stage: CampaignStage): Promise<Replay> => {
    const { callbackJournal } = await product.graphql<{ callbackJournal: { nodes: { id: string }[] } }>(
      'query ($id: ID!) { callbackJournal(connectionId: $id, first: 1) { nodes { id } } }',
      { id: stage.connectionId },
    );
    const fields = 'replay { verdict reason dryRuns { id } }';
    const input = { journalId: callbackJournal.nodes[0]?.id };
    return (await mutate<{ replay: Replay }>(product.graphql, 'replayCallback', 'ReplayCallbackInput', fields, input))
      .replay;
  };
  const finished = (id: string | undefined): Promise<object> =>
    eventually('the rehearsal is over', async () => {
      const { dryRun } = await product.graphql<{ dryRun: { result: object | null } }>(
        'query ($id: ID!) { dryRun(id: $id) { result { received endStates { state count } } } }',
        { id },
      );
      return dryRun.result;
    });
  const fileReads = async ({ tenant }: CampaignStage): Promise<string[]> => {
    const calls = await product.control<{ path: string }[]>('GET', `/tenants/${tenant.id}/calls`);
    return calls.flatMap(({ path }) => /customers_file\d+/.exec(path)?.[0] ?? []);
  };

  it('sends to everybody in the files once, and the sums agree', async () => {
    const { stage, id, announced } = await stageOne({ malformed: 0.01, duplicate: 0.02, unmatched: 0.05 });
    await run(stage, id);
    const { state, funnel } = await completedExecution(product, stage.connectionId);

    expect(state).toBe('COMPLETED');
    expect(announced).toBe(1_030);
    expect(funnel).toMatchObject({ received: announced, ended: announced });
    expect(funnel.endStates.reduce((sum, { count }) => sum + count, 0)).toBe(announced);
    expect([countOf(funnel, 'MALFORMED'), countOf(funnel, 'DUPLICATE')]).toEqual([10, 20]);
    expect(acceptedOn(funnel, 'MOBILE_PUSH')).toBe(countOf(funnel, 'SENT'));
    expect(product.farEnds.inbox.report(0).mobilePush).toMatchObject({ received: countOf(funnel, 'SENT') });
    expect(await fileReads(stage)).toEqual(['customers_file001', 'customers_file002', 'customers_file003']);
  });

  it('keeps the key of the files sealed while it is needed and forgets it then; the journal never has it', async () => {
    const { stage, id } = await stageOne();
    await run(stage, id);
    await completedExecution(product, stage.connectionId);
    const calls = await product.control<{ body: { DecryptionKey: string } }[]>(
      'GET',
      `/tenants/${stage.tenant.id}/callbacks`,
    );
    const key = calls.at(-1)?.body.DecryptionKey ?? '';
    const [journal] = await product.database.query<{ body: string }>(
      `SELECT convert_from(body, 'UTF8') AS body FROM callback_journal WHERE connection_id = $1 AND kind = 'event-14'`,
      [stage.connectionId],
    );
    const engagements = await product.database.query<{ decryption_key: string | null }>(
      `SELECT decryption_key FROM execution_engagement JOIN execution ON id = execution_id WHERE connection_id = $1`,
      [stage.connectionId],
    );

    expect(key).toHaveLength(44);
    expect(journal?.body).toContain('"DecryptionKey":"***"');
    expect(journal?.body).not.toContain(key);
    expect(engagements).toEqual([{ decryption_key: null }]);
  });

  it('goes on with the next file after a worker was killed, and nothing is doubled', async () => {
    const { stage, id } = await stageOne();
    await fault(stage, [{ kind: 'slow', route: 'file003', delayMs: 120_000, times: 1 }]);
    await run(stage, id);
    await eventually('two files are read and the third is waited for', async () => {
      const reads = await fileReads(stage);
      return reads.includes('customers_file003') ? reads : null;
    });
    await product.hosts.worker.kill();
    await product.database.query(`UPDATE execution SET held_until = now(), read_started_at = now() - interval '1 hour'
      WHERE connection_id = '${stage.connectionId}'`);
    product.hosts.worker = await startHost('worker', product.env);
    const { state, funnel } = await completedExecution(product, stage.connectionId, 120_000);

    expect(state).toBe('COMPLETED');
    expect(funnel).toMatchObject({ received: customers, ended: customers });
    expect(countOf(funnel, 'SENT')).toBe(pushes());
    expect(countOf(funnel, 'DUPLICATE')).toBe(0);
    expect(await fileReads(stage)).toEqual([
      'customers_file001',
      'customers_file002',
      'customers_file003',
      'customers_file003',
    ]);
  });

  it('fails with the counts and sends nothing when rows are missing, and completes when announced again', async () => {
    const { stage, id } = await stageOne();
    await fault(stage, [{ kind: 'fewer-rows', route: 'file002' }]);
    await run(stage, id);
    const failed = await completedExecution(product, stage.connectionId);

    expect(failed).toMatchObject({ state: 'FAILED', funnel: { received: 0, ended: 0 } });
    expect(failed.reason).toMatch(/3 files of engagement \d+ have 999 customers, but the metadata announced 1000/);
    expect(pushes()).toBe(0);

    await fault(stage, []);
    const { verdict, dryRuns } = await replay(stage);
    expect(verdict).toBe('WHOLE_LIST');
    expect(await finished(dryRuns[0]?.id)).toEqual({
      received: customers,
      endStates: [{ state: 'SENT', count: customers }],
    });
    expect(pushes()).toBe(0);
    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${id}/announce-files`, {});
    const { state, funnel } = await eventually('the second reading completes', async () => {
      const execution = await completedExecution(product, stage.connectionId);
      return execution.state === 'FAILED' ? null : execution;
    });
    expect(state).toBe('COMPLETED');
    expect(funnel).toMatchObject({ received: customers, ended: customers });
    expect(countOf(funnel, 'SENT')).toBe(pushes());
    expect(await replay(stage)).toEqual({
      verdict: 'UNREADABLE',
      reason: expect.stringContaining('The key of its files is given up'),
      dryRuns: [],
    });
    const { userErrors } = await tryMutation(product.graphql, 'startDryRun', 'StartDryRunInput', 'dryRun { id }', {
      channelId: stage.channelId,
      optimoveCampaignId: id,
    });
    expect(userErrors).toMatchObject([{ code: 'INVALID', path: ['optimoveCampaignId'] }]);
  });

  it('is not sent a second time when event 13 announces it, too', async () => {
    const { stage, id } = await stageOne();
    await run(stage, id);
    await product.control('POST', `/tenants/${stage.tenant.id}/campaigns/${id}/run`, {});
    await completedExecution(product, stage.connectionId);
    const executions = await product.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM execution WHERE connection_id = $1',
      [stage.connectionId],
    );
    expect(executions).toEqual([{ count: 1 }]);
    expect(pushes()).toBe(customers);
  });
});
