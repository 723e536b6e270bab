import type { Leases, Log } from '@libs/platform';
import { SumsClock } from '../../../src/campaigns/jobs/sums.clock';
import { FoldedSumsRepository } from '../../../src/campaigns/persistence/ledger/folded-sums.repository';
import { insertExecution, type LedgerStage, setStage } from './stage';

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
    await stage.database.query(
      `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count)
       VALUES ($1, 1, '1', 'SENT', $2), ($1, 2, '1', 'SENT', $2)`,
      [id, sent],
    );
    return id;
  };
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
});
