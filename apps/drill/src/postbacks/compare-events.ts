import { eventsAtOptimove, toldDeeds } from './at-optimove';
import type { Expected } from './expected';
import type { ProofConnection } from './proof-stage';
import type { ProofWorld } from './proof-world';

/** What is wrong with the events of customers. */
export interface DifferentEvents {
  events: number;
  /** Played or not, and in the ledger or not: one without the other. */
  notAsPlayed: string[];
  missing: string[];
  unknown: string[];
  twice: string[];
}

/** Events of customers as they were played against the ledger, and the ledger against Optimove: each once. */
export async function compareEvents(
  world: ProofWorld,
  connection: ProofConnection,
  expected: Expected,
): Promise<DifferentEvents> {
  const played = expected.deeds(toldDeeds);
  const here = await eventsHere(world, connection);
  const there = await eventsAtOptimove(world, connection);
  const without = (some: Iterable<string>, others: { has(key: string): boolean }): string[] =>
    [...some].filter((key) => !others.has(key)).map((key) => `${connection.telling.name}: ${key}`);
  const twice = new Map([...there].filter(([, count]) => count > 1));
  return {
    events: here.size,
    notAsPlayed: [...without(played, here), ...without(here, played)],
    missing: without(here, there),
    unknown: without(there.keys(), here),
    twice: without(twice.keys(), new Set()),
  };
}

async function eventsHere(world: ProofWorld, { executionId }: ProofConnection): Promise<Set<string>> {
  const columns = toldDeeds.map((deed) => `('${deed}', r.${deed.toLowerCase()}_at)`).join(', ');
  const rows = await world.ask<{ key: string }>(
    `SELECT k.deed || ' ' || r.customer_id AS key FROM recipient r CROSS JOIN LATERAL (VALUES ${columns}) AS k(deed, at)
     WHERE r.execution_id = $1 AND k.at IS NOT NULL`,
    [executionId],
  );
  return new Set(rows.map(({ key }) => key));
}
