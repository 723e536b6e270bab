import { newId } from '@libs/foundation';
import { encodeCursor, Transactions } from '@libs/platform';
import { Tasks } from '@modules/projects';
import { type Stage, setStage } from './stage';

interface TaskList {
  tasks: { nodes: { id: string; title: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

const list = `query ($after: String) { tasks(first: 2, after: $after) {
  nodes { id title } pageInfo { hasNextPage endCursor } } }`;

describe('tasks', () => {
  let stage: Stage;
  let tasks: Tasks;
  let transactions: Transactions;
  beforeAll(async () => {
    stage = await setStage();
    tasks = stage.app.get(Tasks);
    transactions = stage.app.get(Transactions);
  }, 60_000);
  afterAll(() => stage.close());

  function start(title: string, projectId = stage.projectId): Promise<string> {
    return tasks.start(transactions.pool, { projectId, kind: 'tests.work', title, total: 3, triggeredBy: 'tests' });
  }

  function csvOf(id: string): Promise<Response> {
    return stage.get(`/tasks/${id}/errors.csv`, { 'x-api-key': stage.adminKey });
  }

  it('show progress, counts and how they ended', async () => {
    const id = await start('Import people');
    const fields = 'id kind title status triggeredBy total processed succeeded failed detail finishedAt';
    const read = () => stage.data<{ task: object }>(`{ task(id: "${id}") { ${fields} } }`);
    await tasks.progress(transactions.pool, id, { processed: 2, succeeded: 1, failed: 1 });
    await tasks.progress(transactions.pool, id, { processed: 1, succeeded: 1, failed: 0 });
    expect(await read()).toMatchObject({
      task: { id, kind: 'tests.work', status: 'RUNNING', total: 3, processed: 3, succeeded: 2, failed: 1 },
    });
    await tasks.finish(transactions.pool, id, 'PARTLY_FAILED', 'One row was rejected');
    expect(await read()).toMatchObject({
      task: { status: 'PARTLY_FAILED', detail: 'One row was rejected', finishedAt: expect.any(String) },
    });
  });

  it('tell when their work began: at once, or when they have waited for their turn', async () => {
    const read = (id: string) =>
      stage.data<{ task: { createdAt: string; startedAt: string | null } }>(
        `{ task(id: "${id}") { createdAt startedAt } }`,
      );
    const { task } = await read(await start('At once'));
    expect(task.startedAt).toBe(task.createdAt);
    const begin = {
      'by its progress': (id: string) =>
        tasks.progress(transactions.pool, id, { processed: 1, succeeded: 1, failed: 0 }),
      'by its restart': (id: string) => tasks.restart(transactions.pool, id),
    };
    for (const [title, happens] of Object.entries(begin)) {
      const waiting = { kind: 'tests.work', title, triggeredBy: 'tests', waits: true } as const;
      const id = await tasks.start(transactions.pool, { projectId: stage.projectId, ...waiting });
      expect((await read(id)).task.startedAt).toBeNull();
      await happens(id);
      const began = (await read(id)).task.startedAt;
      expect(began).toEqual(expect.any(String));
      await happens(id);
      expect((await read(id)).task.startedAt).toBe(began);
    }
  });

  it('leave nothing behind when their transaction is rolled back', async () => {
    const failing = transactions.run(async (tx) => {
      await tasks.start(tx, { projectId: stage.projectId, kind: 'tests.work', title: 'Undone', triggeredBy: 'tests' });
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    expect(await stage.database.query(`SELECT id FROM task WHERE title = 'Undone'`)).toEqual([]);
  });

  it('are listed newest first, page by page', async () => {
    for (const title of ['A', 'B', 'C']) await start(title);
    const { tasks: one } = await stage.data<TaskList>(list);
    expect(one.nodes.map(({ title }) => title)).toEqual(['C', 'B']);
    expect(one.pageInfo.hasNextPage).toBe(true);
    const { tasks: two } = await stage.data<TaskList>(list, { after: one.pageInfo.endCursor });
    expect(two.nodes[0]?.title).toBe('A');
  });

  it('refuse a cursor that is none of theirs', async () => {
    for (const field of ['tasks', 'auditEntries']) {
      for (const after of ['nonsense', encodeCursor('nonsense')]) {
        const { errors } = await stage.ask(`{ ${field}(after: "${after}") { nodes { id } } }`);
        expect(errors).toMatchObject([
          { message: expect.stringContaining('endCursor'), extensions: { code: 'BAD_REQUEST' } },
        ]);
      }
    }
  });

  it('hand out every failed row with its reason, more than a page of them, in order', async () => {
    const id = await start('Import many');
    const rows = Array.from({ length: 4_500 }, (_, n) => ({ row: { userId: `A${n}` }, reason: `Row ${n} is wrong` }));
    await tasks.addErrors(transactions.pool, id, rows);
    const answer = await csvOf(id);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await answer.text()).trimEnd().split('\r\n');
    expect(lines).toHaveLength(4_501);
    expect([lines[0], lines[1], lines.at(-1)]).toEqual([
      'reason,row',
      'Row 0 is wrong,"{""userId"":""A0""}"',
      'Row 4499 is wrong,"{""userId"":""A4499""}"',
    ]);
  });

  it('keep rejected rows whatever bytes are in them', async () => {
    const id = await start('Import broken bytes');
    await tasks.addErrors(transactions.pool, id, [{ row: ['a\u0000b', '\ud800'], reason: 'A zero byte \u0000 here' }]);
    expect((await (await csvOf(id)).text()).split('\r\n')[1]).toBe('A zero byte  here,"[""ab"",""\ufffd""]"');
  });

  it('are unknown to another project', async () => {
    const id = await start('Not ours', newId());
    expect(await stage.data(`{ task(id: "${id}") { id } }`)).toEqual({ task: null });
    expect(await stage.data('{ task(id: "nonsense") { id } }')).toEqual({ task: null });
    expect((await csvOf(id)).status).toBe(404);
    expect((await csvOf('nonsense')).status).toBe(404);
    expect((await stage.get(`/tasks/${id}/errors.csv`)).status).toBe(401);
  });
});
