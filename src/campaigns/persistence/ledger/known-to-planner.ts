import { query, type Tx } from '@libs/platform';

/** A list of fewer people is read through in the time that counting a whole day takes. */
const manyPeople = 10_000;

/**
 * Tells PostgreSQL's planner of an audience that was just frozen, in the transaction that did. The last count of the day knew
 * nothing of it: until the next one each chunk would be looked for among all of its people.
 */
export async function makeKnownToPlanner(tx: Tx, executionId: string, people: number): Promise<void> {
  if (people < manyPeople) return;
  const [row] = await query<{ partition: string }>(
    tx,
    'SELECT tableoid::regclass::text AS partition FROM recipient WHERE execution_id = $1 LIMIT 1',
    [executionId],
  );
  if (row) await query(tx, `ANALYZE ${row.partition} (execution_id, seq)`);
}
