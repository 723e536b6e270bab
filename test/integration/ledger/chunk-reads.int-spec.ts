import { newId } from '@libs/foundation';
import { type JobHandler, Transactions } from '@libs/platform';
import { Test } from '@nestjs/testing';
import { SendingStoppedError } from '../../../src/campaigns/domain/execution/errors';
import { DecideSlice } from '../../../src/campaigns/execution/decide-slice';
import { ExecutionContexts } from '../../../src/campaigns/execution/execution-context';
import { MatchPeople } from '../../../src/campaigns/execution/match-people';
import { SendChunk } from '../../../src/campaigns/execution/send-chunk';
import { SendChunkHandler } from '../../../src/campaigns/jobs/send-chunk.handler';
import { ChunkRepository } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { DeliveryRepository } from '../../../src/campaigns/persistence/ledger/delivery.repository';
import { eventually } from '../../support/eventually';
import { rowsRead } from '../../support/rows-read';
import { listsOf } from './lists';
import { insertExecution, type LedgerStage, pushes, quietStub, setStage } from './stage';

const people = 20_000;

describe('the people of a chunk', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.close());

  const list = async (): Promise<string> => {
    const { database, projectId } = stage;
    const executionId = await insertExecution(database, { projectId, people });
    await database.query(
      `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id,
         scheduled_time, is_control, attributes)
       SELECT execution_id, reading, row_no, project_id, customer_id, optimove_template_id, '', false, ARRAY[customer_id]
       FROM recipient WHERE execution_id = $1`,
      [executionId],
    );
    return executionId;
  };

  it('are read one by one, however large an execution is that the planner has not heard of', async () => {
    await list();
    await stage.database.query('ANALYZE recipient, recipient_staging');
    const executionId = await list();
    const chunk = {
      executionId,
      chunkNo: 1,
      fromSeq: 5_001,
      toSeq: 5_100,
      attempt: 0,
      refusals: 0,
      fence: 1,
      isFirst: true,
      matchedBy: null,
      namesSince: null,
    };
    await stage.transactions.run(async (tx) => {
      const read = await rowsRead(tx, 'recipient_staging_%', async () => {
        const open = await new ChunkRepository({ pool: tx } as Transactions).openRecipients(chunk, 100);
        expect(open.map(({ attributes }) => attributes)).toEqual(open.map(({ customerId }) => [customerId]));
        expect(open).toHaveLength(100);
      });
      expect(read).toBeLessThan(1_000);
    });
  });

  it('come to their end and are counted one by one, however large an execution is that the planner has not heard of', async () => {
    const { chunks, deliveries, transactions, database, projectId } = stage;
    const executionId = await insertExecution(database, { projectId, people });
    const fill = await chunks.take({ executionId, chunkNo: 1 }, newId());
    if (!fill) throw new Error('The chunk cannot be taken');
    await transactions.run((tx) => deliveries.claim(tx, fill, projectId, pushes(people)));
    await database.query('UPDATE execution_chunk SET from_seq = 5001, to_seq = 5100 WHERE execution_id = $1', [
      executionId,
    ]);
    const chunk = { ...fill, fromSeq: 5_001, toSeq: 5_100 };
    const own = pushes(chunk.toSeq).slice(chunk.fromSeq - 1);
    const accepted = own.map(({ seq, medium, addressKey }) => ({
      ...{ seq, medium, addressKey, reason: null, providerMessageId: null },
      ...{ state: 'ACCEPTED' as const, isTry: true, isAddressDead: false },
    }));
    const ends = own.map(({ seq, profileId }) => ({ seq, profileId, dropState: 'NO_CONTENT', reason: null }));
    await transactions.run(async (tx) => {
      const finish = async (): Promise<void> => {
        await deliveries.record(tx, chunk, accepted);
        await deliveries.end(tx, executionId, ends);
        expect(await chunks.close(tx, chunk, { at: new Date(), isRefused: false })).toBeNull();
      };
      expect(await rowsRead(tx, '%_2%', finish)).toBeLessThan(2_000);
      const sums = 'SELECT measure, count::int AS count FROM execution_tally WHERE execution_id = $1 ORDER BY 1';
      expect(await tx.query(sums, [executionId])).toEqual([
        { measure: 'DELIVERY:MOBILE_PUSH:ACCEPTED', count: 100 },
        { measure: 'PEOPLE:MOBILE_PUSH:SENT', count: 100 },
        { measure: 'SENT', count: 100 },
      ]);
    });
  });

  it('are known to the planner once a large list is frozen, though the last count of the day knew only others', async () => {
    const { announced, frozenCrowd } = listsOf(stage);
    await list();
    await stage.database.query('ANALYZE recipient');
    const executionId = await announced();
    await frozenCrowd(executionId, people);
    const [explained] = await stage.database.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>(
      `EXPLAIN (FORMAT JSON) SELECT FROM recipient WHERE execution_id = '${executionId}'`,
    );
    expect(explained?.['QUERY PLAN'][0].Plan['Plan Rows']).toBeGreaterThan(people / 2);
  });
});

interface Job {
  executionId: string;
  chunkNo: number;
  attempt: number;
}

describe('the chunks that are due', () => {
  let stage: LedgerStage;
  beforeEach(async () => {
    stage = await setStage();
  });
  afterEach(() => stage?.close());

  /** An execution of so many chunks that are due. @returns its jobs. */
  const due = async (projectId: string, chunks: number): Promise<Job[]> => {
    const executionId = await insertExecution(stage.database, { projectId, people: 1 });
    await stage.database.query(
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at)
       SELECT $1, n, n, n, now() FROM generate_series(2, $2::int) AS n`,
      [executionId, chunks],
    );
    return Array.from({ length: chunks }, (_, index) => ({ executionId, chunkNo: index + 1, attempt: 0 }));
  };

  /** Ten large executions of one project and a small one of another, with their jobs as a queue has them, and who has whom. */
  const crowd = async () => {
    const [large, small] = [newId(), newId()];
    const jobs: Job[] = [];
    for (let nth = 0; nth < 10; nth += 1) jobs.push(...(await due(large, 20)));
    jobs.push(...(await due(small, 20)));
    jobs.sort((one, other) => one.chunkNo - other.chunkNo);
    const owners = await stage.database.query<{ id: string; project_id: string }>(
      'SELECT id, project_id FROM execution',
    );
    const projectOf = new Map(owners.map(({ id, project_id }) => [id, project_id]));
    return { jobs, small, large, projectOf };
  };

  /** The handler of the jobs, with what `work` does in the place of matching; nobody is sent to. */
  const handlerOf = async (
    work: (executionId: string) => Promise<void>,
    maySend: (executionId: string) => boolean = () => true,
  ): Promise<JobHandler<Job>> => {
    const contextOf = async (id: string): Promise<object> => ({
      execution: { id, kind: 'SCHEDULED', project_id: id, attributes: [] },
      ...{ senders: { all: [] }, contents: new Map([['1', {}]]) },
    });
    const stopped = new Set<string>();
    const assertMaySend = async ({ execution }: { execution: { id: string } }): Promise<void> => {
      if (maySend(execution.id)) return;
      stopped.add(execution.id);
      throw new SendingStoppedError('Not now', false);
    };
    const isStopped = async (_tx: object, { execution }: { execution: { id: string } }): Promise<boolean> =>
      stopped.has(execution.id);
    const run = async (_context: object, { executionId }: { executionId: string }): Promise<[]> => {
      await work(executionId);
      return [];
    };
    const module = await Test.createTestingModule({
      providers: [
        SendChunk,
        SendChunkHandler,
        { provide: ChunkRepository, useValue: stage.chunks },
        { provide: DeliveryRepository, useValue: stage.deliveries },
        { provide: Transactions, useValue: stage.transactions },
        { provide: ExecutionContexts, useValue: { get: contextOf } },
        { provide: MatchPeople, useValue: { run } },
        { provide: DecideSlice, useValue: { assertMaySend, isStopped } },
      ],
    })
      .useMocker(quietStub)
      .compile();
    return module.get(SendChunkHandler);
  };

  it('are worked on in turns, by projects first and then by their executions', async () => {
    const { jobs, small, projectOf } = await crowd();
    const worked: string[] = [];
    const handler = await handlerOf(async (executionId) => void worked.push(executionId));
    for (const job of jobs.slice(0, 12)) await handler.handle(job);
    const ofSmall = worked.filter((id) => projectOf.get(id) === small);
    expect([worked.length, ofSmall.length, new Set(worked).size]).toEqual([12, 6, 7]);
  });

  it('of a project whose chunks take long leave as many places to another one', async () => {
    const { jobs, large, small, projectOf } = await crowd();
    const busy: string[] = [];
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const handler = await handlerOf(async (executionId) => {
      busy.push(projectOf.get(executionId) ?? '');
      if (busy.length === 4) finish();
      await finished;
    });
    await Promise.all(jobs.slice(0, 4).map((job) => handler.handle(job)));
    expect(busy.sort()).toEqual([large, large, small, small].sort());
  });

  it('are passed over while their sending is stopped, and leave their jobs to others', async () => {
    const { jobs, small, projectOf } = await crowd();
    const worked = new Set<string | undefined>();
    const maySend = (id: string): boolean => projectOf.get(id) === small;
    const handler = await handlerOf(async (executionId) => void worked.add(projectOf.get(executionId)), maySend);
    for (const job of jobs.slice(0, 3)) await handler.handle(job);
    expect([...worked]).toEqual([small]);
    const [taken] = await stage.database.query<{ chunks: number }>(
      `SELECT count(*)::int AS chunks FROM execution_chunk WHERE state = 'DONE' OR attempt > 0`,
    );
    expect(taken).toEqual({ chunks: 3 });
  });

  it('of stopped executions are not tried again for each one of another', async () => {
    for (let nth = 0; nth < 3; nth += 1) await due(newId(), 5);
    const jobs = await due(newId(), 5);
    const working = jobs[0]?.executionId;
    const asked: string[] = [];
    const maySend = (id: string): boolean => {
      if (id !== working) asked.push(id);
      return id === working;
    };
    const handler = await handlerOf(async () => undefined, maySend);
    const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    for (const job of jobs) await handler.handle(job);
    now.mockRestore();
    expect([asked.length, new Set(asked).size]).toEqual([3, 3]);
  });

  it('come back by a look at the rows alone when their work failed', async () => {
    const [first] = await due(newId(), 1);
    const handler = await handlerOf(async () => {
      throw new Error('Broken');
    });
    await expect(handler.handle(first as Job)).rejects.toThrow('Broken');
    await eventually('the chunk is given up', async () => {
      const rows = await stage.database.query('SELECT 1 FROM execution_chunk WHERE held_until <= now()');
      return rows.length > 0;
    });
    await expect(handler.handle(first as Job)).resolves.toBeUndefined();
    await stage.transactions.run((tx) => stage.chunks.stranded(tx, 10));
    await expect(handler.handle(first as Job)).rejects.toThrow('Broken');
  });
});
