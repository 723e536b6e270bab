import { eventsAtOptimove, type Metric, totalsAtOptimove } from './at-optimove';
import type { ProofConnection, ProofStage } from './proof-stage';
import type { ProofWorld } from './proof-world';

/** A total as people see it. */
export interface ShownTotal {
  id: string;
  metric: Metric;
  state: string;
  acknowledgedValue: number;
  uncertainValue: number;
}

/**
 * Doubts that nobody would know of: Optimove counted an event that here is neither acknowledged nor uncertain, or did
 * not count one that is acknowledged; or it holds a total that is neither the acknowledged one nor one in doubt.
 */
export async function unlistedDoubts(
  world: ProofWorld,
  stage: ProofStage,
  connection: ProofConnection,
): Promise<string[]> {
  const wrong = [...(await ofEvents(world, connection)), ...(await ofTotals(world, stage, connection))];
  return wrong.map((line) => `${connection.telling.name}: ${line}`);
}

async function ofEvents(world: ProofWorld, connection: ProofConnection): Promise<string[]> {
  const there = await eventsAtOptimove(world, connection);
  const rows = await world.ask<{ key: string; state: string }>(
    `SELECT e.event || ' ' || e.customer_id AS key, coalesce(b.state, 'WAITING') AS state
     FROM engagement_event e LEFT JOIN engagement_batch b ON b.id = e.batch_id WHERE e.connection_id = $1`,
    [connection.connectionId],
  );
  return rows.flatMap(({ key, state }) => {
    const isThere = there.has(key);
    if (state === 'UNCERTAIN' || isThere === (state === 'ACKNOWLEDGED')) return [];
    return [`${key} is ${state} here and ${isThere ? '' : 'not '}counted at Optimove`];
  });
}

async function ofTotals(world: ProofWorld, stage: ProofStage, connection: ProofConnection): Promise<string[]> {
  const there = await totalsAtOptimove(world, connection);
  const totals = await shownTotals(stage, connection);
  return totals.flatMap(({ metric, state, acknowledgedValue: least, uncertainValue }) => {
    const value = there(metric);
    if (value >= least && value <= least + uncertainValue) return [];
    return [`${metric} is ${state} here with ${least} and ${uncertainValue} in doubt; Optimove has ${value}`];
  });
}

/** All totals of a connection. */
export async function shownTotals(
  { graphql }: Pick<ProofStage, 'graphql'>,
  { connectionId }: ProofConnection,
  states?: string[],
): Promise<ShownTotal[]> {
  const document = `query ($id: ID!, $states: [PostState!]) { postbackRows(connectionId: $id, first: 100, states: $states) {
    nodes { id metric state acknowledgedValue uncertainValue } } }`;
  const { postbackRows } = await graphql.ask<{ postbackRows: { nodes: ShownTotal[] } }>(document, {
    id: connectionId,
    states,
  });
  return postbackRows.nodes;
}
