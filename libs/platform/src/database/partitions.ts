import { execute, query, type Tx } from './transactions';

/** Tables in parts named `<table>_<digits>`, of which whole parts leave when they are old. */
const partName = /^[a-z_]+_[0-9]{6,8}$/;

/**
 * Parts of a table that come before `<table>_<digits>` by name, oldest first; with them those that an interrupted
 * {@link dropPartition} has left behind.
 */
export async function partitionsBefore(pool: Tx, table: string, digits: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    pool,
    `SELECT relname AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname ~ ('^' || $1 || '_[0-9]{6,8}$')
       AND relname < $1 || '_' || $2 ORDER BY relname`,
    [table, digits],
  );
  return rows.map(({ name }) => name);
}

/**
 * Takes one part of a table away for good, while others go on reading and writing the rest. `pool` has to be the pool:
 * in a transaction PostgreSQL does not detach. Goes on where an interrupted call stopped.
 */
export async function dropPartition(pool: Tx, table: string, part: string): Promise<void> {
  if (!partName.test(part) || !part.startsWith(`${table}_`)) throw new Error(`${part} is no part of ${table}`);
  const [attached] = await query<{ isPending: boolean }>(
    pool,
    `SELECT inhdetachpending AS "isPending" FROM pg_inherits
     WHERE inhparent = to_regclass($1) AND inhrelid = to_regclass($2)`,
    [table, part],
  );
  const how = attached?.isPending ? 'FINALIZE' : 'CONCURRENTLY';
  if (attached) await query(pool, `ALTER TABLE ${table} DETACH PARTITION ${part} ${how}`);
  await execute(pool, `DROP TABLE IF EXISTS ${part}`);
}
