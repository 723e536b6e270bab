import { query, type Tx } from '../database/transactions';
import type { GaugeValue } from './metrics';

/**
 * How long the oldest has waited, as what a gauge shows: seconds since the least `at` that a SELECT finds, 0 where it finds
 * none.
 */
export async function lagOf(tx: Tx, waiting: string): Promise<GaugeValue<never>[]> {
  const [row] = await query<{ seconds: number }>(
    tx,
    `SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::float8 AS seconds FROM (${waiting}) AS waiting`,
  );
  return [{ labels: {}, value: row?.seconds ?? 0 }];
}
