import { execute, query, type Tx } from './transactions';

/** Makes the partitions of this month and the next of a table that is partitioned by month (`name_YYYYMM`). */
export async function prepareMonths(tx: Tx, table: string): Promise<void> {
  await query(tx, `SELECT ensure_month_partition($1, now() + m * interval '1 month') FROM generate_series(0, 1) AS m`, [
    table,
  ]);
}

/** Drops the oldest partition whose rows are all older than this, without blocking who writes. @returns its name, null when there is none. */
export async function dropOldestMonth(pool: Tx, table: string, keptMonths: number): Promise<string | null> {
  const [old] = await query<{ name: string; is_attached: boolean }>(
    pool,
    `SELECT c.relname AS name, c.relispartition AS is_attached FROM pg_class c
     WHERE c.relname ~ ('^' || $1 || '_[0-9]{6}$') AND c.relkind = 'r'
       AND c.relname < $1 || '_' || to_char((now() AT TIME ZONE 'UTC') - $2 * interval '1 month', 'YYYYMM')
     ORDER BY c.relname LIMIT 1`,
    [table, keptMonths],
  );
  if (!old) return null;
  if (old.is_attached) await query(pool, `ALTER TABLE ${table} DETACH PARTITION ${old.name} CONCURRENTLY`);
  await execute(pool, `DROP TABLE ${old.name}`);
  return old.name;
}
