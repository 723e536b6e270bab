import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ProjectsService, Tasks } from '@modules/projects';
import { FoldedSumsRepository } from '../../../src/campaigns/persistence/ledger/folded-sums.repository';
import { SettlementRepository } from '../../../src/campaigns/persistence/ledger/settlement.repository';
import { insertExecution } from '../ledger/stage';
import { type Stage, setStage } from '../postbacks/stage';

interface Task {
  id: string;
  kind: string;
  title: string;
  status: string;
  detail: string | null;
  failedRowsPath: string | null;
  createdAt: string;
  startedAt: string | null;
}

interface TaskList {
  tasks: { nodes: Task[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

const list = `query ($first: Int = 50, $after: String, $kind: String, $isOpen: Boolean, $connectionId: ID,
  $statuses: [TaskStatus!], $from: DateTime, $to: DateTime) {
  tasks(first: $first, after: $after, kind: $kind, isOpen: $isOpen, connectionId: $connectionId, statuses: $statuses,
    from: $from, to: $to) {
    nodes { id connectionId kind title status triggeredBy total processed succeeded failed detail failedRowsPath
      createdAt startedAt finishedAt }
    pageInfo { hasNextPage endCursor } } }`;

describe('all long work of a project in one list', () => {
  let stage: Stage;
  let projectId: string;
  let connectionId: string;
  const ids = { import: '', execution: '', sync: '' };

  beforeAll(async () => {
    stage = await setStage();
    ({ projectId } = await stage.app.get(ProjectsService).ensureFirst());
    connectionId = await stage.connect('Shop', 'ABSOLUTE');
    ids.import = await startTask('profiles.import');
    ids.execution = await insertExecution(stage.database, { projectId, people: 10, connectionId });
    await stage.collect(connectionId, [
      { template: '1', sent: 7 },
      { template: '2', sent: 3 },
    ]);
    stage.optimove.behaviour = (rows) => (rows.some(({ TemplateID }) => TemplateID === 2) ? 400 : 200);
    ids.sync = await startTask('suppression.sync', connectionId);
  }, 60_000);
  afterAll(() => stage.close());

  const startTask = (kind: string, forConnection?: string): Promise<string> =>
    stage.app.get(Tasks).start(stage.app.get(Transactions).pool, {
      projectId,
      connectionId: forConnection,
      kind,
      title: kind,
      triggeredBy: 'tests',
    });

  async function tasks(variables: object = {}): Promise<TaskList['tasks']> {
    const { data, errors } = await stage.ask(list, variables);
    expect(errors).toBeUndefined();
    return (data as TaskList).tasks;
  }

  async function download(path: string): Promise<{ status: number; lines: string[] }> {
    const headers = { authorization: `Bearer ${stage.adminKey}` };
    const answer = await fetch(`${await stage.app.getUrl()}${path}`, { headers });
    return { status: answer.status, lines: (await answer.text()).trim().split(/\r?\n/) };
  }

  const idsOf = ({ nodes }: TaskList['tasks']): string[] => nodes.map(({ id }) => id);
  /** That a status finds exactly the work that shows it, whichever module has it. */
  const expectStatusesToFind = async (): Promise<void> => {
    const all = await tasks();
    for (const status of ['RUNNING', 'HELD', 'SUCCEEDED', 'PARTLY_FAILED', 'FAILED', 'CANCELLED']) {
      const nodes = all.nodes.filter((task) => task.status === status);
      expect(idsOf(await tasks({ statuses: [status] }))).toEqual(idsOf({ ...all, nodes }));
    }
  };
  const kindsOf = ({ nodes }: TaskList['tasks']): string[] => nodes.map(({ kind }) => kind);

  /** That the instant at which it was asked for finds it, whichever module has it; the one after it does not. */
  const expectTimesToFind = async (): Promise<void> => {
    for (const { id, createdAt } of (await tasks()).nodes) {
      const next = new Date(Date.parse(createdAt) + 1).toISOString();
      expect(idsOf(await tasks({ from: createdAt, to: next }))).toContain(id);
      expect(idsOf(await tasks({ from: next }))).not.toContain(id);
      expect(idsOf(await tasks({ to: createdAt }))).not.toContain(id);
    }
  };

  it('comes newest first from every module, page by page without a gap', async () => {
    const whole = ['suppression.sync', 'postbacks.metrics', 'campaigns.execution', 'profiles.import'];
    expect(kindsOf(await tasks())).toEqual(whole);
    const paged: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await tasks({ first: 1, after });
      paged.push(...kindsOf(page));
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(paged).toEqual(whole);
  });

  it('is narrowed to a kind, to a connection, and to what goes on', async () => {
    expect(kindsOf(await tasks({ kind: 'campaigns.execution' }))).toEqual(['campaigns.execution']);
    expect(kindsOf(await tasks({ connectionId }))).toEqual([
      'suppression.sync',
      'postbacks.metrics',
      'campaigns.execution',
    ]);
    expect(kindsOf(await tasks({ isOpen: false }))).toEqual([]);
    expect(kindsOf(await tasks({ isOpen: true }))).toHaveLength(4);
  });

  it('shows how far an execution is, why it is held, and where its failed rows are', async () => {
    const execution = async (): Promise<Task | undefined> => (await tasks({ kind: 'campaigns.execution' })).nodes[0];
    const set = (columns: string) =>
      stage.database.query(`UPDATE execution SET ${columns} WHERE id = $1`, [ids.execution]);
    await set(`state = 'READING'`);
    expect(await execution()).toMatchObject({
      status: 'RUNNING',
      total: null,
      detail: expect.stringContaining('10 rows'),
    });
    await set(`state = 'RUNNING', hold_reason = 'gamStop was never synced'`);
    expect(await execution()).toMatchObject({
      status: 'HELD',
      detail: expect.stringMatching(/gamStop was never synced.*override/),
    });
    await expectStatusesToFind();
    await set('hold_reason = NULL');
    await stage.database.query(
      `INSERT INTO execution_template (execution_id, optimove_template_id, received, duplicates) VALUES ($1, '1', 10, 1)`,
      [ids.execution],
    );
    await stage.database.query(
      `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count)
       VALUES ($1, 1, '1', 'SENT', 7), ($1, 1, '1', 'FAILED', 2)`,
      [ids.execution],
    );
    await set(`state = 'COMPLETED', completed_at = now()`);
    expect(await execution()).toMatchObject({
      id: ids.execution,
      status: 'PARTLY_FAILED',
      total: 10,
      processed: 10,
      succeeded: 8,
      failed: 2,
      failedRowsPath: `/executions/${ids.execution}/recipients.csv?endState=FAILED`,
      finishedAt: expect.any(String),
    });
    await expectStatusesToFind();
  });

  it('shows the sums of an execution as they are, also where those folded before have changed', async () => {
    const status = async () => (await tasks({ kind: 'campaigns.execution' })).nodes[0]?.status;
    const transactions = stage.app.get(Transactions);
    const sums = stage.app.get(FoldedSumsRepository);
    const settlements = stage.app.get(SettlementRepository);
    await transactions.run((tx) => sums.fold(tx, ids.execution));
    expect(await status()).toBe('PARTLY_FAILED');
    await transactions.run((tx) => settlements.sumAgain(tx, ids.execution, [1]));
    expect(await status()).toBe('SUCCEEDED');
    await expectStatusesToFind();
    await transactions.run((tx) => sums.fold(tx, ids.execution));
    expect(await status()).toBe('SUCCEEDED');
  });

  it('shows what is posted to Optimove, and what was refused, with the remedy', async () => {
    const posts = async (): Promise<Task | undefined> => (await tasks({ kind: 'postbacks.metrics' })).nodes[0];
    expect(await posts()).toMatchObject({ status: 'RUNNING', total: 2, processed: 0, finishedAt: null });
    await stage.post(connectionId);
    expect(await posts()).toMatchObject({
      status: 'PARTLY_FAILED',
      total: 2,
      succeeded: 1,
      failed: 1,
      detail: expect.stringContaining('settlePostbacks'),
      createdAt: expect.stringContaining(`${new Date().getUTCFullYear()}-`),
    });
  });

  it('tells which totals were refused, as a file', async () => {
    const [posts] = (await tasks({ kind: 'postbacks.metrics' })).nodes;
    const { status, lines } = await download(posts?.failedRowsPath ?? '');
    expect(status).toBe(200);
    expect(lines).toEqual([
      'optimove_campaign_id,optimove_channel_id,optimove_template_id,metric,owed_value,acknowledged_value,uncertain_value,state,updated_at,reason',
      expect.stringMatching(/^[^,]+,\d+,2,SENT,3,0,0,REFUSED,\d{4}-.+$/),
    ]);
    const all = await download(`/postbacks/${connectionId}/totals.csv`);
    expect(all.lines).toHaveLength(3);
    expect((await download(`/postbacks/${connectionId}/totals.csv?state=LOST`)).status).toBe(400);
    expect((await download(`/postbacks/${connectionId}/totals.csv?channelId=five`)).status).toBe(400);
    expect((await download(`/postbacks/${newId()}/totals.csv`)).status).toBe(404);
  });

  it('shows whose engagement is posted, how far that is, and who was not told of', async () => {
    const batch = async (state: string, customers: string[], more: { error?: string } = {}): Promise<string> => {
      const id = newId();
      const key = [projectId, connectionId, 'c9', 5, '1', 'OPENED', '2026-05-04'];
      await stage.database.query(
        `INSERT INTO engagement_batch (project_id, connection_id, optimove_campaign_id, optimove_channel_id,
           optimove_template_id, event, day, id, road, customers, state, closes_at, last_error, settled_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'INTERACTIONS', $9, $10, now() + interval '1 day', $11,
           CASE WHEN $10 <> 'OWED' THEN now() END)`,
        [...key, id, customers.length, state, more.error ?? null],
      );
      await stage.database.query(
        `INSERT INTO engagement_event (project_id, connection_id, optimove_campaign_id, optimove_channel_id,
           optimove_template_id, event, day, customer_id, occurred_at, closes_at, batch_id)
         SELECT $1, $2, $3, $4, $5, $6, $7, c, now(), now() + interval '1 day', $8 FROM unnest($9::text[]) AS c`,
        [...key, id, customers],
      );
      return id;
    };
    const first = await batch('ACKNOWLEDGED', ['a', 'b', 'c']);
    const owed = await batch('OWED', ['d']);
    await batch('REFUSED', ['e'], { error: 'Optimove does not know e' });
    const engagement = async (): Promise<Task[]> => (await tasks({ kind: 'postbacks.engagement' })).nodes;
    expect(await engagement()).toMatchObject([
      { id: first, status: 'RUNNING', total: 5, processed: 4, succeeded: 3, failed: 1, finishedAt: null },
    ]);
    await expectStatusesToFind();
    await expectTimesToFind();
    expect(kindsOf(await tasks({ isOpen: true }))).toContain('postbacks.engagement');
    expect(kindsOf(await tasks({ isOpen: false }))).not.toContain('postbacks.engagement');
    await stage.database.query(`UPDATE engagement_batch SET state = 'POSTING' WHERE id = $1`, [owed]);
    expect(kindsOf(await tasks({ isOpen: true }))).toContain('postbacks.engagement');
    await stage.database.query(`UPDATE engagement_batch SET state = 'UNCERTAIN', settled_at = now() WHERE id = $1`, [
      owed,
    ]);
    expect(kindsOf(await tasks({ isOpen: true }))).not.toContain('postbacks.engagement');
    expect(kindsOf(await tasks({ isOpen: false }))).toContain('postbacks.engagement');
    const [task] = await engagement();
    expect(task).toMatchObject({
      ...{ status: 'PARTLY_FAILED', processed: 5, succeeded: 3, failed: 2, finishedAt: expect.any(String) },
      detail: expect.stringContaining('Optimove does not know e'),
    });
    const { lines } = await download(task?.failedRowsPath ?? '');
    expect(lines.slice(1).map((line) => line.split(',')[0])).toEqual(['d', 'e']);
    await expectStatusesToFind();
    await stage.database.query('DELETE FROM engagement_batch');
  });

  it('tells of an execution that it waits, and when its list was first read', async () => {
    const execution = async (): Promise<Task | undefined> => (await tasks({ kind: 'campaigns.execution' })).nodes[0];
    const set = (columns: string) =>
      stage.database.query(`UPDATE execution SET ${columns} WHERE id = $1`, [ids.execution]);
    await set('read_started_at = NULL, frozen_at = NULL');
    expect((await execution())?.startedAt).toBeNull();
    await set(`read_started_at = '2026-05-04T10:00:00Z'`);
    expect((await execution())?.startedAt).toBe('2026-05-04T10:00:00.000Z');
  });

  it('is found by its id, whichever module has it', async () => {
    for (const id of Object.values(ids)) {
      const { data } = await stage.ask(`{ task(id: "${id}") { id } }`);
      expect(data).toEqual({ task: { id } });
    }
  });

  it('stays in its project', async () => {
    await stage.database.query('UPDATE execution SET project_id = gen_random_uuid() WHERE id = $1', [ids.execution]);
    await stage.database.query('UPDATE metric_total SET project_id = gen_random_uuid()');
    expect(kindsOf(await tasks())).toEqual(['suppression.sync', 'profiles.import']);
  });
});
