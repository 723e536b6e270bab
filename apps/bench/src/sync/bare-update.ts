import { Client } from 'pg';

/**
 * The bare run: the same changes, already in a table, applied to the same profiles by one plain set-based UPDATE.
 * @returns seconds of the UPDATE alone. @throws when it did not touch every row.
 */
export async function bareUpdate(
  databaseUrl: string,
  { projectId, count, isOdd }: { projectId: string; count: number; isOdd: boolean },
): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('CREATE TEMP TABLE change (user_id text PRIMARY KEY, value jsonb)');
    await client.query(
      `INSERT INTO change SELECT 'p' || n, to_jsonb((n % 2 = 0) <> $2) FROM generate_series(0, $1::int - 1) AS n`,
      [count, isOdd],
    );
    await client.query('ANALYZE change');
    const begun = performance.now();
    const { rowCount } = await client.query(
      `UPDATE profile p SET attributes = p.attributes || jsonb_build_object('plain', c.value), updated_at = now()
       FROM change c WHERE p.project_id = $1 AND p.user_id = c.user_id`,
      [projectId],
    );
    const seconds = (performance.now() - begun) / 1000;
    if (rowCount !== count) throw new Error(`The bare UPDATE touched ${rowCount} of ${count} rows`);
    return seconds;
  } finally {
    await client.end();
  }
}
