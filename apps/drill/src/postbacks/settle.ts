import type { ProofStage } from './proof-stage';
import type { ProofWorld } from './proof-world';
import { until } from './until';

const waiting = {
  engagement_intake: 'processed_at IS NULL',
  receipt_intake: 'processed_at IS NULL',
  text_intake: 'processed_at IS NULL',
  recipient_event: 'true',
  totals_change: 'true',
  contact_change: 'true',
};

/** Ends the waits after failures and doubts, which are of minutes. */
export async function endWaits(world: ProofWorld): Promise<void> {
  for (const table of ['metric_total', 'engagement_batch', 'subscription_status']) {
    await world.ask(`UPDATE ${table} SET next_try_at = now() WHERE state = 'OWED' AND next_try_at > now()`);
  }
  await world.ask('UPDATE receipt_intake SET next_try_at = now() WHERE processed_at IS NULL AND next_try_at > now()');
  await world.ask('UPDATE subscription_target SET held_until = NULL WHERE held_until IS NOT NULL');
}

/** Waits until everything that can be posted has been, without deciding about anything. */
export async function quiet(world: ProofWorld, { graphql, connections }: ProofStage): Promise<void> {
  const document = `query ($id: ID!) {
    postbackSummary(connectionId: $id) { owed }
    engagementPostback(connectionId: $id) { waiting owed }
    subscriptionPostback(connectionId: $id) { state } }`;
  const isQuiet = async (id: string): Promise<boolean> => {
    const stands = await graphql.ask<{
      postbackSummary: { owed: number };
      engagementPostback: { waiting: number; owed: number };
      subscriptionPostback: { state: string };
    }>(document, { id });
    const { postbackSummary: totals, engagementPostback: events, subscriptionPostback: status } = stands;
    return totals.owed + events.waiting + events.owed === 0 && status.state === 'UP_TO_DATE';
  };
  await until('nothing is owed any more', async () => {
    const open = Object.entries(waiting).map(([table, what]) => `EXISTS (SELECT 1 FROM ${table} WHERE ${what})`);
    const [left] = await world.ask<{ open: boolean }>(`SELECT ${open.join(' OR ')} AS open`);
    if (left?.open) return null;
    await endWaits(world);
    for (const { connectionId } of connections) if (!(await isQuiet(connectionId))) return null;
    return true;
  });
}
