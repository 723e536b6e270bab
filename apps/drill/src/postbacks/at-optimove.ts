import { control } from '../optimove/http';
import type { Deed, Road } from './acts';
import type { Connected } from './connect';
import type { ProofWorld } from './proof-world';

/** What Optimove is told of in totals. */
export type Metric = Deed | 'SENT' | 'DROPPED';

/** Deeds that Optimove is told of customer by customer. */
export const toldDeeds = ['OPENED', 'CLICKED', 'UNSUBSCRIBED', 'COMPLAINED', 'BOUNCED'] as const satisfies Deed[];

/** Optimove's numbers of the totals. */
export const metricIds: Record<Metric, number> = {
  SENT: 0,
  DELIVERED: 1,
  OPENED: 2,
  CLICKED: 3,
  UNSUBSCRIBED: 4,
  DROPPED: 5,
  COMPLAINED: 6,
  BOUNCED: 9,
};
const eventOfId: Record<number, Deed> = { 2: 'OPENED', 3: 'CLICKED', 4: 'UNSUBSCRIBED', 6: 'COMPLAINED', 7: 'BOUNCED' };
const eventOfName: Record<string, Deed> = {
  opened: 'OPENED',
  clicked: 'CLICKED',
  unsubscribed: 'UNSUBSCRIBED',
  spam: 'COMPLAINED',
  bounced: 'BOUNCED',
};
const subscribedMode = 1;

/** The totals that Optimove holds: the last one posted, or the sum where it adds up. */
export async function totalsAtOptimove(
  world: ProofWorld,
  { tenantId, telling }: Connected,
): Promise<(metric: Metric) => number> {
  const path = `/tenants/${tenantId}/metrics`;
  const posted = await control<{ metricId: number; value: number; sum: number }[]>(world, 'GET', path);
  return (metric) => {
    const row = posted.find(({ metricId }) => metricId === metricIds[metric]);
    return (telling.metricsMode === 'DELTA' ? row?.sum : row?.value) ?? 0;
  };
}

/** How often Optimove counted each customer's event, by `event customer`, whichever way it was told. */
export async function eventsAtOptimove(world: ProofWorld, { tenantId }: Connected): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const count = (deed: Deed | undefined, customer: string): void => {
    const key = `${deed} ${customer}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  };
  const posts = await control<{ EventID: number; CustomerIDs: string[] }[]>(
    world,
    'GET',
    `/tenants/${tenantId}/interactions`,
  );
  for (const { EventID, CustomerIDs } of posts) for (const id of CustomerIDs) count(eventOfId[EventID], id);
  const saved = await control<{ event: string; customer: string }[]>(world, 'GET', `/tenants/${tenantId}/savedEvents`);
  for (const { event, customer } of saved) count(eventOfName[event], customer);
  return counts;
}

/** The last state that Optimove was told, by `road customer`: whether they can be contacted. */
export async function preferencesAtOptimove(
  world: ProofWorld,
  { tenantId, channels }: Connected,
): Promise<Map<string, boolean>> {
  const roads = new Map((Object.keys(channels) as Road[]).map((road) => [channels[road], road]));
  const posts = await control<{ ChannelID: number; CommunicationMode: number; CustomerIDs: string[] }[]>(
    world,
    'GET',
    `/tenants/${tenantId}/preferences`,
  );
  const last = new Map<string, boolean>();
  for (const { ChannelID, CommunicationMode, CustomerIDs } of posts) {
    for (const id of CustomerIDs) last.set(`${roads.get(ChannelID)} ${id}`, CommunicationMode === subscribedMode);
  }
  return last;
}
