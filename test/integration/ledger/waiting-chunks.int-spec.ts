import { newId } from '@libs/foundation';
import type { HeldChunk } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { SettlementRepository } from '../../../src/campaigns/persistence/ledger/settlement.repository';
import { WaitingChunksRepository } from '../../../src/campaigns/persistence/ledger/waiting-chunks.repository';
import { eventually } from '../../support/eventually';
import { insertExecution, type LedgerStage, pushes, setStage } from './stage';

const worker = newId();
const mostPeople = 100;

/** First and last place of a chunk, and what is said of it. */
type Given = [from: number, to: number, said?: Record<string, unknown>];

describe('triggered chunks that wait behind one that is sent', () => {
  let stage: LedgerStage;
  let waiting: WaitingChunksRepository;
  let executionId: string;

  beforeAll(async () => {
    stage = await setStage();
    waiting = new WaitingChunksRepository(stage.transactions);
  }, 60_000);
  afterAll(() => stage?.close());

  /** An execution of these chunks, numbered by their first places; the first one is taken. */
  async function taken(chunks: Given[]): Promise<HeldChunk> {
    executionId = await insertExecution(stage.database, { projectId: stage.projectId, people: 150 });
    await stage.database.query('DELETE FROM execution_chunk WHERE execution_id = $1', [executionId]);
    for (const [from, to, said = {}] of chunks) await add(from, to, said);
    return take(1);
  }

  async function add(from: number, to: number, said: Record<string, unknown>): Promise<void> {
    const row = { due_at: new Date(Date.now() - 1_000), fence: from * 10, ...said };
    const names = Object.keys(row);
    await stage.database.query(
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, ${names.join(', ')})
       VALUES ($1, $2, $2, $3, ${names.map((_name, index) => `$${index + 4}`).join(', ')})`,
      [executionId, from, to, ...Object.values(row)],
    );
  }

  async function take(chunkNo: number): Promise<HeldChunk> {
    const chunk = await stage.chunks.take({ executionId, chunkNo }, worker);
    if (!chunk) throw new Error('The chunk cannot be taken');
    return chunk;
  }

  const left = async (): Promise<string[]> =>
    (
      await stage.database.query<{ range: string }>(
        `SELECT from_seq || '-' || to_seq AS range FROM execution_chunk WHERE execution_id = $1 ORDER BY chunk_no`,
        [executionId],
      )
    ).map(({ range }) => range);

  it('are joined to it, due or not, over places that no customer has', async () => {
    const chunk = await taken([
      [1, 2],
      [3, 3],
      [6, 7, { due_at: new Date(Date.now() + 60_000) }],
      [8, 8],
    ]);
    const joined = await waiting.join(chunk, mostPeople);
    expect(joined).toMatchObject({ fromSeq: 1, toSeq: 8, isFirst: false });
    expect(joined.fence).toBeGreaterThan(80);
    expect(await left()).toEqual(['1-8']);
    expect(await stage.chunks.hold(joined)).toBe(true);
  });

  it.each<[string, Record<string, unknown>]>([
    ['somebody works on', { holder: newId(), held_until: '2100-01-01' }],
    ['is done', { state: 'DONE' }],
    ['was refused more often', { refusals: 2 }],
    ['has customers who are told by another attribute', { matched_by: ['CLUB_ID'] }],
    ['has customers whose ids meant others before', { names_since: new Date(0) }],
  ])('end at one that %s', async (_what, said) => {
    const chunk = await taken([
      [1, 2],
      [3, 3],
      [4, 5, said],
      [6, 6],
    ]);
    expect(await waiting.join(chunk, mostPeople)).toMatchObject({ toSeq: 3 });
    expect(await left()).toEqual(['1-3', '4-5', '6-6']);
  });

  it('end at one whose sums are told already, as it was opened again', async () => {
    const chunk = await taken([
      [1, 2],
      [3, 3],
      [4, 5],
    ]);
    await stage.database.query(
      `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count) VALUES ($1, 4, '1', 'SENT', 1)`,
      [executionId],
    );
    expect(await waiting.join(chunk, mostPeople)).toMatchObject({ toSeq: 3 });
    expect(await left()).toEqual(['1-3', '4-5']);
  });

  it('are joined up to a hundred people', async () => {
    const chunk = await taken([
      [1, 40],
      [41, 80],
      [81, 101],
      [102, 103],
    ]);
    expect(await waiting.join(chunk, mostPeople)).toMatchObject({ toSeq: 80 });
    expect(await left()).toEqual(['1-80', '81-101', '102-103']);
  });

  it('leave what a lost worker had claimed in them to be doubted, and the worker nothing to write', async () => {
    const chunk = await taken([
      [1, 1],
      [2, 3],
    ]);
    const lost = await take(2);
    await stage.transactions.run((tx) => stage.deliveries.claim(tx, lost, stage.projectId, pushes(3).slice(1)));
    await stage.database.query(
      `UPDATE execution_chunk SET held_until = now() - interval '1 second' WHERE execution_id = $1 AND chunk_no = 2`,
      [executionId],
    );
    const joined = await waiting.join(chunk, mostPeople);
    expect(await stage.transactions.run((tx) => stage.deliveries.settleLost(tx, joined))).toEqual([2, 3]);
    await expect(stage.transactions.run((tx) => stage.chunks.assertHeld(tx, lost))).rejects.toThrow('taken over');
  });

  it('stay as they are when the chunk itself was lost', async () => {
    const chunk = await taken([
      [1, 1],
      [2, 3],
    ]);
    await stage.database.query(
      'UPDATE execution_chunk SET fence = fence + 1 WHERE execution_id = $1 AND chunk_no = 1',
      [executionId],
    );
    await expect(waiting.join(chunk, mostPeople)).rejects.toThrow('taken over');
    expect(await left()).toEqual(['1-1', '2-3']);
  });

  it('stay as they are when one of them is taken in the same moment', async () => {
    const chunk = await taken([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    await stage.transactions.run(async (tx) => {
      const third = 'WHERE execution_id = $1 AND chunk_no = 3';
      await tx.query(`UPDATE execution_chunk SET held_until = now() + interval '1 minute' ${third}`, [executionId]);
      expect(await waiting.join(chunk, mostPeople)).toEqual(chunk);
    });
    expect(await left()).toEqual(['1-1', '2-2', '3-3']);
  });

  it('are not settled by a person who waited for them while they were joined', async () => {
    const chunk = await taken([
      [1, 1],
      [2, 3],
    ]);
    const lost = await take(2);
    await stage.transactions.run((tx) => stage.deliveries.claim(tx, lost, stage.projectId, pushes(3).slice(1)));
    await stage.transactions.run((tx) => stage.deliveries.settleLost(tx, { ...lost, fence: lost.fence + 1 }));
    const settlement = new SettlementRepository();
    const asked = { executionId, chosen: null, as: 'SENT_AGAIN', by: 'tests', reasons: null, isProof: false } as const;
    const { settling } = await stage.transactions.run(async (tx) => {
      await tx.query('UPDATE execution_chunk SET to_seq = 3 WHERE execution_id = $1 AND chunk_no = 1', [executionId]);
      await tx.query('DELETE FROM execution_chunk WHERE execution_id = $1 AND chunk_no = 2', [executionId]);
      const started = { settling: stage.transactions.run((other) => settlement.lockChunks(other, asked)) };
      await eventually('it waits for the chunk', async () => {
        const sql = `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
          WHERE NOT l.granted AND a.datname = current_database()`;
        return (await stage.database.query(sql)).length > 0;
      });
      return started;
    });
    expect(await settling).toEqual({ chunkNos: [chunk.chunkNo], isBusy: true });
  });
});
