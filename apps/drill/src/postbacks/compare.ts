import { control } from '../optimove/http';
import type { ProofStage } from './proof-stage';
import type { ProofWorld } from './proof-world';

interface PostedInteraction {
  EventID: number;
  CustomerIDs: string[];
}

const metricOf: Record<string, number> = { sent: 0, opened: 2, clicked: 3, unsubscribed: 4 };
const eventOf: Record<string, number> = { OPENED: 2, CLICKED: 3, UNSUBSCRIBED: 4 };
const modes = { subscribed: 1, unsubscribed: 2 };

/** Totals at Optimove against people counted in the ledger. @returns what differs. */
export async function differentTotals(world: ProofWorld, { tenantId, executionId }: ProofStage): Promise<string[]> {
  const posted = await control<{ metricId: number; value: number }[]>(world, 'GET', `/tenants/${tenantId}/metrics`);
  const [counted] = await world.ask<Record<string, number>>(
    `SELECT count(*) FILTER (WHERE end_state = 'SENT')::int AS sent, count(opened_at)::int AS opened,
       count(clicked_at)::int AS clicked, count(unsubscribed_at)::int AS unsubscribed
     FROM recipient WHERE execution_id = $1`,
    [executionId],
  );
  return Object.entries(metricOf).flatMap(([name, metricId]) => {
    const value = posted.find((row) => row.metricId === metricId)?.value ?? 0;
    return value === counted?.[name] ? [] : [`${name}: ${value} at Optimove, ${counted?.[name]} here`];
  });
}

/** How often Optimove counted each customer's event, by `event customer`. */
export async function countedAtOptimove(world: ProofWorld, { tenantId }: ProofStage): Promise<Map<string, number>> {
  const posts = await control<PostedInteraction[]>(world, 'GET', `/tenants/${tenantId}/interactions`);
  const counts = new Map<string, number>();
  for (const { EventID, CustomerIDs } of posts) {
    for (const id of CustomerIDs) counts.set(`${EventID} ${id}`, (counts.get(`${EventID} ${id}`) ?? 0) + 1);
  }
  return counts;
}

/** Events of customers at Optimove against the ledger: each once. @returns what is missing, and what is too much. */
export async function differentEvents(
  world: ProofWorld,
  stage: ProofStage,
): Promise<{ missing: string[]; twice: string[]; unknown: string[]; events: number }> {
  const rows = await world.ask<{ customer: string; event: string }>(
    `SELECT customer_id AS customer, k.event FROM recipient r CROSS JOIN LATERAL (VALUES ('OPENED', r.opened_at),
       ('CLICKED', r.clicked_at), ('UNSUBSCRIBED', r.unsubscribed_at)) AS k(event, at)
     WHERE r.execution_id = $1 AND k.at IS NOT NULL`,
    [stage.executionId],
  );
  const here = new Set(rows.map(({ customer, event }) => `${eventOf[event]} ${customer}`));
  const there = await countedAtOptimove(world, stage);
  return {
    missing: [...here].filter((key) => !there.has(key)),
    unknown: [...there.keys()].filter((key) => !here.has(key)),
    twice: [...there].filter(([, count]) => count > 1).map(([key]) => key),
    events: here.size,
  };
}

/**
 * Doubts that nobody would know of: counted at Optimove though here it is neither acknowledged nor uncertain, or
 * acknowledged here and not counted there.
 */
export async function unlistedDoubts(world: ProofWorld, stage: ProofStage): Promise<string[]> {
  const there = await countedAtOptimove(world, stage);
  const rows = await world.ask<{ customer: string; event: string; state: string }>(
    `SELECT e.customer_id AS customer, e.event, coalesce(b.state, 'WAITING') AS state
     FROM engagement_event e LEFT JOIN engagement_batch b ON b.id = e.batch_id WHERE e.connection_id = $1`,
    [stage.connectionId],
  );
  return rows.flatMap(({ customer, event, state }) => {
    const key = `${eventOf[event]} ${customer}`;
    const isThere = there.has(key);
    if (state === 'UNCERTAIN' || isThere === (state === 'ACKNOWLEDGED')) return [];
    return [`${key} is ${state} here and ${isThere ? '' : 'not '}counted at Optimove`];
  });
}

/** The last state of every customer and channel at Optimove against what profiles say. @returns what differs. */
export async function differentPreferences(world: ProofWorld, { tenantId, channels }: ProofStage): Promise<string[]> {
  const posts = await control<{ ChannelID: number; CommunicationMode: number; CustomerIDs: string[] }[]>(
    world,
    'GET',
    `/tenants/${tenantId}/preferences`,
  );
  const there = new Map<string, number>();
  for (const { ChannelID, CommunicationMode, CustomerIDs } of posts) {
    for (const id of CustomerIDs) there.set(`${ChannelID} ${id}`, CommunicationMode);
  }
  const rows = await world.ask<{ customer: string; medium: keyof ProofStage['channels']; can: boolean }>(
    `SELECT user_id AS customer, 'email' AS medium, email_subscription = 'SUBSCRIBED' AND email IS NOT NULL AND is_email_addressable AS can
       FROM profile WHERE user_id IS NOT NULL AND (email IS NOT NULL OR email_subscription <> 'NOT_SET')
     UNION ALL SELECT user_id, 'sms', sms_subscription = 'SUBSCRIBED' AND mobile_number IS NOT NULL AND is_mobile_number_addressable
       FROM profile WHERE user_id IS NOT NULL AND (mobile_number IS NOT NULL OR sms_subscription <> 'NOT_SET')
     UNION ALL SELECT p.user_id, 'push', bool_or(d.token IS NOT NULL AND d.is_addressable AND d.push_subscription <> 'UNSUBSCRIBED')
       FROM device d JOIN profile p ON p.id = d.profile_id WHERE d.platform <> 'WEB' AND p.user_id IS NOT NULL GROUP BY 1`,
  );
  const here = new Map(
    rows.map(({ customer, medium, can }) => [
      `${channels[medium]} ${customer}`,
      can ? modes.subscribed : modes.unsubscribed,
    ]),
  );
  return [...new Set([...here.keys(), ...there.keys()])].filter((key) => here.get(key) !== there.get(key));
}
