import type { ProofStage } from './proof-stage';
import type { ProofWorld } from './proof-world';
import { until } from './until';

const mostAtOnce = 20;

interface Batches {
  engagementBatches: { nodes: { id: string; customers: number }[] };
}

/** Waits until everything that can be posted has been, without deciding about anything. */
export async function quiet(world: ProofWorld, { graphql, connectionId }: ProofStage): Promise<void> {
  const document = `query ($id: ID!) {
    postbackSummary(connectionId: $id) { owed }
    engagementPostback(connectionId: $id) { waiting owed }
    subscriptionPostback(connectionId: $id) { state } }`;
  await until('nothing is owed any more', async () => {
    const [left] = await world.ask<{ open: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM engagement_intake WHERE processed_at IS NULL) OR EXISTS (SELECT 1 FROM recipient_event)
         OR EXISTS (SELECT 1 FROM totals_change) OR EXISTS (SELECT 1 FROM contact_change) AS open`,
    );
    if (left?.open) return null;
    // Waits after failures and doubts are of minutes: here they are over.
    await world.ask(`UPDATE metric_total SET next_try_at = now() WHERE state = 'OWED' AND next_try_at > now()`);
    await world.ask(`UPDATE engagement_batch SET next_try_at = now() WHERE state = 'OWED' AND next_try_at > now()`);
    await world.ask(`UPDATE subscription_status SET next_try_at = now() WHERE state = 'OWED' AND next_try_at > now()`);
    await world.ask('UPDATE subscription_target SET held_until = NULL WHERE held_until IS NOT NULL');
    const stands = await graphql.ask<{
      postbackSummary: { owed: number };
      engagementPostback: { waiting: number; owed: number };
      subscriptionPostback: { state: string };
    }>(document, { id: connectionId });
    const { postbackSummary: totals, engagementPostback: events, subscriptionPostback: status } = stands;
    return totals.owed + events.waiting + events.owed === 0 && status.state === 'UP_TO_DATE' ? true : null;
  });
}

/** Does what a person would: asks Optimove about uncertain batches, and posts again what it does not know. */
export async function settleDoubts(
  world: ProofWorld,
  stage: ProofStage,
): Promise<{ batches: number; found: number; postedAgain: number }> {
  const sums = { batches: 0, found: 0, postedAgain: 0 };
  for (;;) {
    const ids = await uncertain(stage);
    if (ids.length === 0) return sums;
    sums.batches += ids.length;
    const checks = await check(stage, ids);
    const absent = checks.filter(({ outcome }) => outcome === 'NOT_FOUND').map(({ id }) => id);
    const unclear = checks.filter(({ outcome }) => outcome !== 'FOUND' && outcome !== 'NOT_FOUND');
    if (unclear.length > 0) throw new Error(`Optimove could not tell: ${JSON.stringify(unclear)}`);
    sums.found += checks.length - absent.length;
    sums.postedAgain += absent.length;
    if (absent.length > 0) {
      const input = { connectionId: stage.connectionId, ids: absent, decision: 'POST_AGAIN' };
      await stage.graphql.mutate('settleEngagement', 'SettleEngagementInput', 'settledIds', input);
    }
    await quiet(world, stage);
  }
}

async function uncertain({ graphql, connectionId }: ProofStage): Promise<string[]> {
  const document = `query ($id: ID!) { engagementBatches(connectionId: $id, first: ${mostAtOnce}, state: UNCERTAIN) {
    nodes { id customers } } }`;
  const { engagementBatches } = await graphql.ask<Batches>(document, { id: connectionId });
  return engagementBatches.nodes.map(({ id }) => id);
}

async function check(
  { graphql, connectionId }: ProofStage,
  ids: string[],
): Promise<{ id: string; outcome: string; detail: string | null }[]> {
  const { checks } = await graphql.mutate<{ checks: { id: string; outcome: string; detail: string | null }[] }>(
    'checkEngagement',
    'CheckEngagementInput',
    'checks { id outcome detail }',
    { connectionId, ids },
  );
  return checks;
}
