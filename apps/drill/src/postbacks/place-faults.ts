import { setTimeout as pause } from 'node:timers/promises';
import { control } from '../optimove/http';
import type { Random } from '../plan/random';
import type { ProofConnection } from './proof-stage';
import type { ProofWorld } from './proof-world';
import { endWaits } from './settle';
import { until } from './until';

/** What goes wrong: the api or a worker is killed, that between or during a post, or Optimove's answer is lost or is none. */
export const proofFaults = ['crash-api', 'crash', 'crash-in-post', 'lost-answer', '503', '500', '429'] as const;

/** A fault that is to come, at one of the accounts. */
export interface ProofFault {
  kind: (typeof proofFaults)[number];
  connection: ProofConnection;
  route: string;
}

const longestWaitMs = 60_000;
const slowMs = 2_000;
const roadRoutes = { INTERACTIONS: 'UpdateCampaignInteractions', EVENTS: 'saveEvent' };

/** Faults of a seed. Half of those that are about one call are about customers' events, which add up. */
export function planFaults(count: number, connections: ProofConnection[], random: Random): ProofFault[] {
  return Array.from({ length: count }, (_each, index) => {
    const connection = connections[Math.floor(random() * connections.length)] as ProofConnection;
    const own = roadRoutes[connection.telling.road];
    const routes = [own, 'UpdateCampaignMetrics', 'SetCustomerChannelPreference'];
    const route = random() < 0.5 ? own : (routes[Math.floor(random() * routes.length)] ?? own);
    return { kind: proofFaults[index % proofFaults.length] ?? 'crash', connection, route };
  });
}

/** Places a fault, lets `play` go on under it, and waits until it has happened. @returns whether it did. */
export async function underFault(
  world: ProofWorld,
  { kind, connection: { tenantId }, route }: ProofFault,
  play: () => Promise<void>,
): Promise<boolean> {
  await endWaits(world);
  if (kind === 'crash' || kind === 'crash-api') {
    await Promise.all([play(), kind === 'crash' ? world.crashWorker() : world.crashApi()]);
    return true;
  }
  const rule = kind === 'crash-in-post' ? { kind: 'slow', delayMs: slowMs } : { kind };
  const since = new Date().toISOString();
  await control(world, 'PUT', `/tenants/${tenantId}/faults`, { rules: [{ route, times: 1, ...rule }] });
  const called = () =>
    until(
      'it is called',
      async () => ((await isCalled(world, { tenantId, route, since })) ? true : null),
      longestWaitMs,
    ).catch(() => false);
  const [happened] = await Promise.all([called(), play()]);
  if (kind === 'crash-in-post' && happened) await world.crashWorker();
  else await pause(100);
  await control(world, 'PUT', `/tenants/${tenantId}/faults`, {});
  return happened;
}

async function isCalled(
  world: ProofWorld,
  { tenantId, route, since }: { tenantId: string; route: string; since: string },
): Promise<boolean> {
  const calls = await control<{ at: string; path: string }[]>(world, 'GET', `/tenants/${tenantId}/calls`);
  return calls.some(({ at, path }) => at >= since && path.toLowerCase().includes(route.toLowerCase()));
}
