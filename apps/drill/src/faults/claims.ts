import type { Observer } from '../servers/database';

/** A claimed slice: its hand-overs may be on the wire. Named by execution and moment of the claim. */
export interface ClaimedSlice {
  holder: string;
  key: string;
  claims: number;
}

const sliceKey = `d.execution_id || ' ' || d.claimed_at`;

/** Slices that are claimed now, by the worker that holds their chunk. */
export function claimedSlices(observer: Observer): Promise<ClaimedSlice[]> {
  return observer.ask<ClaimedSlice>(
    `SELECT c.holder, ${sliceKey} AS key, count(*)::int AS claims
     FROM execution e
     JOIN execution_chunk c ON c.execution_id = e.id AND c.state = 'PENDING' AND c.holder IS NOT NULL
     JOIN delivery d ON d.execution_id = e.id AND d.seq BETWEEN c.from_seq AND c.to_seq AND d.fence <= c.fence
     WHERE e.state = 'RUNNING' AND d.state = 'CLAIMED'
     GROUP BY 1, 2`,
  );
}

/** Slices that were claimed by `until` and not answered before `from`. */
export async function openBetween(observer: Observer, from: number, until: number): Promise<ClaimedSlice[]> {
  return observer.ask<ClaimedSlice>(
    `SELECT '' AS holder, ${sliceKey} AS key, count(*)::int AS claims
     FROM execution e JOIN delivery d ON d.execution_id = e.id
     WHERE (e.state <> 'COMPLETED' OR e.completed_at >= to_timestamp($1::float8 / 1000))
       AND d.claimed_at <= to_timestamp($2::float8 / 1000)
       AND (d.state = 'CLAIMED' OR d.answered_at >= to_timestamp($1::float8 / 1000))
     GROUP BY 2`,
    [from, until],
  );
}

/** The moment in which workers were frozen, and the slices that were claimed then as others saw it. */
export interface Freeze {
  at: number;
  claimed: ReadonlySet<string>;
}

const longestDecisionSeconds = 10;

/**
 * Slices whose claim was being written when their worker was frozen: it is committed after the thaw, when another has the
 * chunk, so nobody hands them over.
 */
export async function claimedOverFreeze(observer: Observer, { at, claimed }: Freeze): Promise<string[]> {
  const late = await observer.ask<{ key: string }>(
    `SELECT DISTINCT ${sliceKey} AS key FROM delivery d
     WHERE d.claimed_at BETWEEN to_timestamp($1::float8 / 1000) - interval '${longestDecisionSeconds} seconds'
         AND to_timestamp($1::float8 / 1000)
       AND d.state = 'UNCERTAIN' AND d.answered_at >= to_timestamp($1::float8 / 1000)`,
    [at],
  );
  return late.map(({ key }) => key).filter((key) => !claimed.has(key));
}

/** How many claims the slices are. */
export function claimsIn(slices: ClaimedSlice[]): number {
  return slices.reduce((sum, { claims }) => sum + claims, 0);
}
