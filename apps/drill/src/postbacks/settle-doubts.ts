import { eventsAtOptimove } from './at-optimove';
import type { ProofConnection, ProofStage } from './proof-stage';
import type { ProofWorld } from './proof-world';
import { quiet } from './settle';
import { reconcileTotals } from './settle-totals';

const mostAtOnce = 20;

/** Uncertain totals, and uncertain batches: those that had counted, and those posted again. */
export interface Doubts {
  totals: number;
  batches: number;
  counted: number;
  postedAgain: number;
}

type Verdict = { id: string; hasCounted: boolean };

/**
 * Does what a person would: asks the product to check uncertain batches, looks up at Optimove what cannot be checked, and
 * posts again what did not count; of uncertain totals says what Optimove shows.
 */
export async function settleDoubts(world: ProofWorld, stage: ProofStage): Promise<Doubts> {
  const sums: Doubts = { totals: 0, batches: 0, counted: 0, postedAgain: 0 };
  for (let isOpen = true; isOpen; ) {
    isOpen = false;
    for (const connection of stage.connections) {
      const verdicts = await verdictsOf(world, stage, connection);
      const totals = await reconcileTotals(world, stage, connection);
      isOpen ||= verdicts.length + totals > 0;
      const counted = verdicts.filter(({ hasCounted }) => hasCounted);
      const lost = verdicts.filter(({ hasCounted }) => !hasCounted);
      // What a check finds is settled by it.
      if (connection.telling.road === 'EVENTS') await settle(stage, connection, counted, 'ACCEPT');
      await settle(stage, connection, lost, 'POST_AGAIN');
      sums.totals += totals;
      sums.batches += verdicts.length;
      sums.counted += counted.length;
      sums.postedAgain += lost.length;
    }
    await quiet(world, stage);
  }
  return sums;
}

async function settle(
  { graphql }: ProofStage,
  { connectionId }: ProofConnection,
  verdicts: Verdict[],
  decision: 'ACCEPT' | 'POST_AGAIN',
): Promise<void> {
  if (verdicts.length === 0) return;
  const input = { connectionId, ids: verdicts.map(({ id }) => id), decision };
  await graphql.mutate('settleEngagement', 'SettleEngagementInput', 'settledIds', input);
}

/** What the product finds out about some uncertain batches; of signed events it cannot tell, and they are looked up. */
async function verdictsOf(world: ProofWorld, { graphql }: ProofStage, connection: ProofConnection): Promise<Verdict[]> {
  const { connectionId, telling } = connection;
  const document = `query ($id: ID!) { engagementBatches(connectionId: $id, first: ${mostAtOnce}, state: UNCERTAIN) {
    nodes { id } } }`;
  const { engagementBatches } = await graphql.ask<{ engagementBatches: { nodes: { id: string }[] } }>(document, {
    id: connectionId,
  });
  const ids = engagementBatches.nodes.map(({ id }) => id);
  if (ids.length === 0) return [];
  const { checks } = await graphql.mutate<{ checks: { id: string; outcome: string }[] }>(
    'checkEngagement',
    'CheckEngagementInput',
    'checks { id outcome detail }',
    { connectionId, ids },
  );
  const expected = telling.road === 'EVENTS' ? ['CANNOT_TELL'] : ['FOUND', 'NOT_FOUND'];
  const strange = checks.filter(({ outcome }) => !expected.includes(outcome));
  if (strange.length > 0) throw new Error(`Optimove was asked, and: ${JSON.stringify(strange)}`);
  if (telling.road === 'EVENTS') return lookedUp(world, connection, ids);
  return checks.map(({ id, outcome }) => ({ id, hasCounted: outcome === 'FOUND' }));
}

/** Whoever runs Optimove is asked for the first customer of each batch. */
async function lookedUp(world: ProofWorld, connection: ProofConnection, ids: string[]): Promise<Verdict[]> {
  const there = await eventsAtOptimove(world, connection);
  const firsts = await world.ask<{ id: string; key: string }>(
    `SELECT DISTINCT ON (batch_id) batch_id AS id, event || ' ' || customer_id AS key FROM engagement_event
     WHERE batch_id = ANY($1::uuid[]) ORDER BY batch_id, id`,
    [ids],
  );
  return firsts.map(({ id, key }) => ({ id, hasCounted: there.has(key) }));
}
