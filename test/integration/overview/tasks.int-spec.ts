import { Transactions } from '@libs/platform';
import { ProjectsService, Tasks } from '@modules/projects';
import { insertExecution } from '../ledger/stage';
import { type Stage, setStage } from '../postbacks/stage';

interface Task {
  id: string;
  kind: string;
  title: string;
  status: string;
  detail: string | null;
  failedRowsPath: string | null;
}

interface TaskList {
  tasks: { nodes: Task[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

const list = `query ($first: Int = 50, $after: String, $kind: String, $isOpen: Boolean, $connectionId: ID) {
  tasks(first: $first, after: $after, kind: $kind, isOpen: $isOpen, connectionId: $connectionId) {
    nodes { id connectionId kind title status triggeredBy total processed succeeded failed detail failedRowsPath
      createdAt finishedAt }
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
    ids.execution = await insertExecution(stage.database, { projectId, people: 10 });
    await stage.database.query('UPDATE execution SET connection_id = $2 WHERE id = $1', [ids.execution, connectionId]);
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

  const kindsOf = ({ nodes }: TaskList['tasks']): string[] => nodes.map(({ kind }) => kind);

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
