import type { Leases, Log } from '@libs/platform';
import { SumsClock } from '../../../src/campaigns/jobs/sums.clock';
import { FoldedSumsRepository, unfoldSums } from '../../../src/campaigns/persistence/ledger/folded-sums.repository';
import { FunnelRepository } from '../../../src/campaigns/persistence/ledger/funnel.repository';
import { eventually } from '../../support/eventually';
import { insertExecution, type LedgerStage, setStage } from './stage';

const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

describe('the clock that folds the sums of executions', () => {
  let stage: LedgerStage;
  let clock: SumsClock;
  const failures: object[] = [];
  beforeAll(async () => {
    stage = await setStage();
    const log = { failure: (name: string, _error: unknown, fields: object) => failures.push({ name, ...fields }) };
    const sums = new FoldedSumsRepository(stage.transactions);
    clock = new SumsClock({} as Leases, stage.transactions, sums, log as unknown as Log);
  });
  afterAll(() => stage?.close());

  /** A completed execution of two chunks, in each of which so many were sent to. */
  const completed = async (sent: number): Promise<string> => {
    const id = await insertExecution(stage.database, { projectId: stage.projectId, people: 2 });
    await stage.database.query(`UPDATE execution SET state = 'COMPLETED' WHERE id = $1`, [id]);
    await stage.database.query(`UPDATE execution_chunk SET state = 'DONE' WHERE execution_id = $1`, [id]);
    await chunkSent(id, 1, sent);
    await chunkSent(id, 2, sent);
    return id;
  };

  const chunkSent = (id: string, chunkNo: number, sent: number) =>
    stage.database.query(
      `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count) VALUES ($1, $2, '1', 'SENT', $3)`,
      [id, chunkNo, sent],
    );

  /** A triggered day of which chunk 1 is open; chunks 2 and 3 are done, and in each so many were sent to. */
  const openDay = async (sent: number): Promise<string> => {
    const id = await insertExecution(stage.database, { projectId: stage.projectId, people: 1 });
    await stage.database.query(`UPDATE execution SET kind = 'TRIGGERED' WHERE id = $1`, [id]);
    await stage.database.query(
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at, state)
       VALUES ($1, 2, 2, 2, now(), 'DONE'), ($1, 3, 3, 3, now(), 'DONE')`,
      [id],
    );
    await chunkSent(id, 2, sent);
    await chunkSent(id, 3, sent);
    return id;
  };

  const finish = async (id: string, chunkNo: number, sent: number): Promise<void> => {
    await chunkSent(id, chunkNo, sent);
    await stage.database.query(`UPDATE execution_chunk SET state = 'DONE' WHERE execution_id = $1 AND chunk_no = $2`, [
      id,
      chunkNo,
    ]);
  };

  const foldedOf = async (id: string): Promise<number | null> => {
    const [row] = await stage.database.query(
      'SELECT count FROM execution_tally WHERE chunk_no = -1 AND execution_id = $1',
      [id],
    );
    return (row as { count: number } | undefined)?.count ?? null;
  };
  const sumOf = async (id: string): Promise<number | undefined> =>
    (await new FunnelRepository(stage.transactions).tallies([id]))[0]?.count;
  const folded = () =>
    stage.database.query('SELECT execution_id AS id, count FROM execution_tally WHERE chunk_no = -1 ORDER BY 1');

  it('stops when its time is over, and goes on at the next tick', async () => {
    const id = await completed(3);
    await clock.run(0);
    expect(await folded()).toEqual([]);
    await clock.run();
    expect(await folded()).toEqual([{ id, count: 6 }]);
  });

  it('leaves an execution in trouble as it is, says so, and goes on with the older ones', async () => {
    const older = await completed(4);
    const tooMany = await completed(2_000_000_000);
    await clock.run();
    expect(failures).toEqual([{ name: 'execution.sums-not-folded', executionId: tooMany }]);
    expect(await folded()).toContainEqual({ id: older, count: 8 });
    const [left] = await stage.database.query('SELECT are_sums_folded FROM execution WHERE id = $1', [tooMany]);
    expect(left).toEqual({ are_sums_folded: false });
  });

  it('folds an open triggered day up to its first chunk that is not done, and goes on from there', async () => {
    const id = await openDay(5);
    await clock.run();
    expect([await foldedOf(id), await sumOf(id)]).toEqual([null, 10]);
    await finish(id, 1, 1);
    await clock.run();
    expect([await foldedOf(id), await sumOf(id)]).toEqual([11, 11]);
    await chunkSent(id, 4, 7);
    expect([await foldedOf(id), await sumOf(id)]).toEqual([11, 18]);
    await clock.run();
    expect([await foldedOf(id), await sumOf(id)]).toEqual([18, 18]);
  });

  it('reads an open day chunk by chunk again once a chunk was summed again', async () => {
    const id = await openDay(5);
    await finish(id, 1, 1);
    await clock.run();
    await stage.transactions.run(async (tx) => {
      await unfoldSums(tx, id);
      await tx.query('UPDATE execution_tally SET count = 4 WHERE execution_id = $1 AND chunk_no = 2', [id]);
    });
    expect(await sumOf(id)).toBe(10);
    await clock.run();
    expect([await foldedOf(id), await sumOf(id)]).toEqual([10, 10]);
  });

  it('keeps nothing of a folding during which a chunk was summed again', async () => {
    const id = await openDay(5);
    await finish(id, 1, 1);
    let folding: Promise<void> = Promise.resolve();
    await stage.transactions.run(async (tx) => {
      await unfoldSums(tx, id);
      await tx.query('UPDATE execution_tally SET count = 4 WHERE execution_id = $1 AND chunk_no = 2', [id]);
      folding = clock.run();
      await eventually('the folding waits', async () => (await stage.database.query(waiting)).length > 0);
    });
    await folding;
    expect([await foldedOf(id), await sumOf(id)]).toEqual([null, 10]);
    expect(failures).not.toContainEqual(expect.objectContaining({ executionId: id }));
    await clock.run();
    expect([await foldedOf(id), await sumOf(id)]).toEqual([10, 10]);
  });

  it('counts nothing twice when two fold at once', async () => {
    const id = await openDay(5);
    await finish(id, 1, 1);
    let second: Promise<void> = Promise.resolve();
    await stage.transactions.run(async (tx) => {
      await new FoldedSumsRepository(stage.transactions).fold(tx, id);
      second = clock.run();
      await eventually('the second waits', async () => (await stage.database.query(waiting)).length > 0);
    });
    await second;
    expect([await foldedOf(id), await sumOf(id)]).toEqual([11, 11]);
  });
});
