import { newId } from '@libs/foundation';
import { type ContentStage, setStage } from './stage';

/** More than anybody would look at one by one. */
const many = 12_000;
const customer = 'A8272';

interface Page {
  nodes: { executionId: string | null; kind: string; endState: string | null; steps: { kind: string; at: string }[] }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

describe('the trace of a customer', () => {
  let stage: ContentStage;
  let connectionId: string;

  beforeAll(async () => {
    stage = await setStage();
    await stage.database.query('SELECT ensure_ledger_partitions(now())');
  }, 120_000);
  afterAll(() => stage?.close());
  beforeEach(() => {
    connectionId = newId();
  });

  const page = async (first: number, after: string | null = null): Promise<Page> => {
    const query = `query ($first: Int!, $after: String, $customer: String!, $connection: ID) {
      customerTrace(customerId: $customer, connectionId: $connection, first: $first, after: $after) {
        nodes { executionId kind endState steps { kind at } } pageInfo { hasNextPage endCursor } } }`;
    const variables = { first, after, customer, connection: connectionId };
    return (await stage.graphql<{ customerTrace: Page }>(query, variables)).customerTrace;
  };
  const allPages = async (first: number): Promise<Page['nodes']> => {
    const nodes: Page['nodes'] = [];
    for (let after: string | null = null; ; ) {
      const { nodes: more, pageInfo } = await page(first, after);
      nodes.push(...more);
      if (!pageInfo.hasNextPage) return nodes;
      after = pageInfo.endCursor;
    }
  };
  const execution = async (projectId = stage.projectId): Promise<string> => {
    const id = newId();
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_campaign_id, optimove_channel_id, run_date, state)
       VALUES ($1, $2, $3, $3, $4, 506, '2026-01-01', 'COMPLETED')`,
      [id, projectId, connectionId, id],
    );
    return id;
  };
  const sentTo = (executionId: string, seqs: number[], projectId = stage.projectId) =>
    stage.database.query(
      `INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at, end_state, ended_at)
       SELECT $1, n, $2, 1, n, $3, n::text, now(), 'SENT', now() FROM unnest($4::int[]) AS n`,
      [executionId, projectId, customer, seqs],
    );
  const duplicates = (executionId: string, count: number) =>
    stage.database.query(
      `INSERT INTO recipient_reject (execution_id, reading, row_no, project_id, state, optimove_template_id, customer_id, reason, raw)
       SELECT $1, 1, n, $2, 'DUPLICATE', '1', $3, 'It was there before', '' FROM generate_series(1, $4::int) AS n`,
      [executionId, stage.projectId, customer, count],
    );
  const refusedCall = (customerId: string) =>
    stage.database.query(
      `INSERT INTO callback_journal (project_id, connection_id, kind, body, outcome, event_type_id, reason, received_at)
       VALUES ($1, $2, 'event-11', convert_to($3, 'UTF8'), 'REFUSED', 11, 'Unknown', clock_timestamp())`,
      [stage.projectId, connectionId, JSON.stringify({ customerID: customerId, campaignID: 'b1' })],
    );

  it('is told page by page, each entry once, whatever the pages are cut to', async () => {
    const first = await execution();
    await sentTo(first, [3, 8]);
    await duplicates(first, 3);
    await refusedCall(customer);
    await refusedCall(`${customer}0`);
    const last = await execution();
    await sentTo(last, [1]);
    const expected = [
      { executionId: last, endState: 'SENT' },
      { executionId: null, endState: null },
      ...['SENT', 'SENT', 'DUPLICATE', 'DUPLICATE', 'DUPLICATE'].map((endState) => ({ executionId: first, endState })),
    ];
    for (const size of [1, 2, 3, 50]) expect(await allPages(size)).toMatchObject(expected);
    const [newest] = (await page(1)).nodes;
    expect(newest?.steps.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['ANNOUNCED', 'DUE', 'ENDED']));
    expect(newest?.steps.every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true);
  });

  it('goes back over more executions than anybody would look at', async () => {
    const oldest = await execution();
    await sentTo(oldest, [1]);
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_campaign_id, optimove_channel_id, run_date, state)
       SELECT (left($4::uuid::text, 24) || lpad(to_hex(n), 12, '0'))::uuid, $1, $2, $2, 'm' || n, 506, '2026-01-01', 'COMPLETED'
       FROM generate_series(1, $3::int) AS n`,
      [stage.projectId, connectionId, many, newId()],
    );
    expect(await allPages(50)).toMatchObject([{ executionId: oldest, endState: 'SENT' }]);
  });

  it('tells nothing of another project, and refuses the cursor of another list', async () => {
    const elsewhere = newId();
    await sentTo(await execution(elsewhere), [1], elsewhere);
    expect((await page(10)).nodes).toEqual([]);
    for (const after of ['nonsense', newId()])
      await expect(page(10, Buffer.from(after).toString('base64url'))).rejects.toThrow('after must be the endCursor');
  });
});
