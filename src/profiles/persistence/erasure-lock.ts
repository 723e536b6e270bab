import { query, type Tx } from '@libs/platform';

const keyOf = (projectId: string): string => `erasures:${projectId}`;

/** Until `tx` ends no erasure in the project begins; waits for one that is just beginning. */
export async function holdOffErasures(tx: Tx, projectId: string): Promise<void> {
  await query(tx, 'SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [keyOf(projectId)]);
}

/** As long as those who are at it may have to wait for an erasure that waits itself. */
const longestWait = '2s';

/**
 * Waits for everybody who holds erasures off. Whoever does so afterwards waits until `tx` ends, and sees what it wrote.
 * From here on `tx` waits for no lock longer than two seconds. @throws what {@link isHeldOff} knows.
 */
export async function beginErasure(tx: Tx, projectId: string): Promise<void> {
  await query(tx, `SET LOCAL lock_timeout = '${longestWait}'`);
  await query(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [keyOf(projectId)]);
}

/** Whether the beginning of an erasure gave way to somebody else, and may succeed when it is tried again. */
export function isHeldOff(error: unknown): boolean {
  const { driverError } = (error ?? {}) as { driverError?: { code?: string } };
  return driverError?.code === '55P03' || driverError?.code === '40P01';
}
