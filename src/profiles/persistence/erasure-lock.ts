import { query, type Tx } from '@libs/platform';

const keyOf = (projectId: string): string => `erasures:${projectId}`;

/** Until `tx` ends no erasure in the project begins; waits for one that is just beginning. */
export async function holdOffErasures(tx: Tx, projectId: string): Promise<void> {
  await query(tx, 'SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [keyOf(projectId)]);
}

/** Waits for everybody who holds erasures off. Whoever does so afterwards waits until `tx` ends, and sees what it wrote. */
export async function beginErasure(tx: Tx, projectId: string): Promise<void> {
  await query(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [keyOf(projectId)]);
}
