import type { TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

/** Locks a table until so many sessions wait for something, so that what they do meets; then lets them go. */
export async function holdUntilWaiting(
  database: TestDatabase,
  { table, mode, sessions }: { table: string; mode: string; sessions: number },
  start: () => void,
): Promise<void> {
  await database.query('BEGIN');
  try {
    await database.query(`LOCK TABLE ${table} IN ${mode} MODE`);
    start();
    await eventually(`${sessions} sessions wait`, async () => {
      const [row] = await database.query<{ waiting: number }>(
        `SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks WHERE NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      return row?.waiting === sessions;
    });
  } finally {
    await database.query('COMMIT');
  }
}
