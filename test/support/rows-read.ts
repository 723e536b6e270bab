import type { Tx } from '@libs/platform';

/** Rows that `work` reads inside of `tx` of the tables whose names are like this. */
export async function rowsRead(tx: Tx, tables: string, work: () => Promise<void>): Promise<number> {
  // The server's counters still have what the connection did in transactions before.
  const before = await soFar(tx, tables);
  await work();
  return (await soFar(tx, tables)) - before;
}

async function soFar(tx: Tx, tables: string): Promise<number> {
  const [read] = await tx.query(
    `SELECT coalesce(sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)), 0)::int AS rows FROM pg_stat_xact_user_tables
     WHERE relname LIKE $1`,
    [tables],
  );
  return read.rows;
}
