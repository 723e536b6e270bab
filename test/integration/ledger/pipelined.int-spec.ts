import { copyIn, execute, query, type Tx } from '@libs/platform';
import { type LedgerStage, setStage } from './stage';

describe('a pipelined transaction', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
    await stage.database.query('CREATE TABLE pipelined (id integer PRIMARY KEY, word text)');
  });
  beforeEach(() => stage.database.query('TRUNCATE pipelined'));
  afterAll(() => stage?.close());

  const words = async (): Promise<string[]> => {
    const rows = await query<{ word: string }>(stage.transactions.pool, 'SELECT word FROM pipelined ORDER BY id');
    return rows.map(({ word }) => word);
  };
  const add = (tx: Tx, id: number, word: string): Promise<number> =>
    execute(tx, 'INSERT INTO pipelined VALUES ($1, $2)', [id, word]);

  it('carries out in their order what was asked for together', async () => {
    const seen = await stage.transactions.pipelined((tx) =>
      Promise.all([
        add(tx, 1, 'one'),
        execute(tx, `UPDATE pipelined SET word = word || '!' WHERE id = $1`, [1]),
        add(tx, 2, 'two'),
        query(tx, 'SELECT string_agg(word, $1 ORDER BY id) AS said FROM pipelined', [' ']),
      ]),
    );
    expect(seen).toEqual([0, 1, 0, [{ said: 'one! two' }]]);
    expect(await words()).toEqual(['one!', 'two']);
  });

  it('sends a statement while the one before is not answered yet', async () => {
    let written = 0;
    const said = await stage.transactions.run(async (holder) => {
      await query(holder, 'SELECT pg_advisory_lock(77)');
      return stage.transactions.pipelined(async (tx) => {
        const stream = await streamOf(tx);
        const first = query(tx, 'SELECT pg_advisory_xact_lock(77)');
        await turn();
        const before = stream.bytesWritten;
        const second = query<{ said: string }>(tx, 'SELECT $1::text AS said', ['x'.repeat(1_000)]);
        await turn();
        written = stream.bytesWritten - before;
        await query(holder, 'SELECT pg_advisory_unlock(77)');
        await first;
        return (await second)[0]?.said;
      });
    });
    expect(said).toHaveLength(1_000);
    expect(written).toBeGreaterThan(1_000);
  });

  it('is undone as a whole, with the error of the first statement that failed, and leaves a connection that can copy', async () => {
    const failing = stage.transactions.pipelined((tx) =>
      Promise.all([add(tx, 1, 'one'), add(tx, 1, 'one again'), add(tx, 2, 'two')]),
    );
    await expect(failing).rejects.toThrow(/duplicate key/);
    expect(await words()).toEqual([]);
    const copied = await stage.transactions.run((tx) => copyIn(tx, 'pipelined (id, word)', [[3, 'three']]));
    expect(copied).toBe(1);
    expect(await words()).toEqual(['three']);
  });

  it('is undone when its work fails while statements are under way', async () => {
    const failing = stage.transactions.pipelined(async (tx) => {
      void add(tx, 1, 'one');
      throw new Error('Changed my mind');
    });
    await expect(failing).rejects.toThrow('Changed my mind');
    expect(await words()).toEqual([]);
  });

  it('sends nothing any more once its work has failed', async () => {
    let later: Promise<number> | undefined;
    await stage.transactions.run(async (holder) => {
      await query(holder, 'SELECT pg_advisory_lock(78)');
      const letGo = async (): Promise<void> => {
        await turn();
        await query(holder, 'SELECT pg_advisory_unlock(78)');
      };
      const failing = stage.transactions.pipelined((tx) =>
        Promise.all([
          add(tx, 1, 'one').then(() => {
            void letGo();
            throw new Error('Not this one');
          }),
          query(tx, 'SELECT pg_advisory_xact_lock(78)').then(() => {
            later = add(tx, 2, 'two');
            return later;
          }),
        ]),
      );
      await expect(failing).rejects.toThrow('Not this one');
    });
    await expect(later).rejects.toThrow(/is over/);
    expect(await words()).toEqual([]);
  });

  it('does not pass for committed when a statement failed that nobody awaited', async () => {
    const careless = stage.transactions.pipelined(async (tx) => {
      await add(tx, 1, 'one');
      await add(tx, 1, 'one again').catch(() => undefined);
    });
    await expect(careless).rejects.toThrow(/nobody waited for/);
    expect(await words()).toEqual([]);
  });
});

async function streamOf(tx: Tx): Promise<{ bytesWritten: number }> {
  const client: unknown = await tx.queryRunner?.connect();
  return (client as { connection: { stream: { bytesWritten: number } } }).connection.stream;
}

/** Lets everything that is ready to run run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
