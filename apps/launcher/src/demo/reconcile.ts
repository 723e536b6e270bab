import { setTimeout as pause } from 'node:timers/promises';
import { LauncherError } from '../errors';
import type { DemoContext } from './demo-context';
import type { Funnel } from './funnel';
import type { Inboxes, SandboxTenant } from './sandbox-control';

interface PostedMetric {
  metricId: number;
  value: number;
}

/** One number as we have it and as the other side has it. */
export interface Comparison {
  what: string;
  ours: number;
  theirs: number;
}

const sentMetric = 0;
const waitMs = 60_000;
const everyMs = 500;

/** Compares what we handed over with what the far ends received since `before`. */
export async function compareInboxes({ sandbox }: DemoContext, funnel: Funnel, before: Inboxes): Promise<Comparison[]> {
  const after = await sandbox.get<Inboxes>('/inboxes?last=0');
  const media = [
    { medium: 'MOBILE_PUSH', what: 'Mobile push', inboxes: ['mobilePush', 'apns'] },
    { medium: 'EMAIL', what: 'E-mail', inboxes: ['email'] },
    { medium: 'SMS', what: 'SMS', inboxes: ['sms'] },
  ] as const;
  return media.map(({ medium, what, inboxes }) => ({
    what: `${what}: accepted and received`,
    ours: funnel.deliveries
      .filter((delivery) => delivery.medium === medium && delivery.state === 'ACCEPTED')
      .reduce((sum, { count }) => sum + count, 0),
    theirs: inboxes.reduce((sum, inbox) => sum + after[inbox].unique - before[inbox].unique, 0),
  }));
}

/** Waits until Optimove knows how many customers were sent to. @throws {LauncherError} when that takes too long. */
export async function comparePostbacks(
  { sandbox, signal }: DemoContext,
  tenant: SandboxTenant,
  funnel: Funnel,
): Promise<Comparison> {
  const giveUpAt = Date.now() + waitMs;
  for (;;) {
    const metrics = await sandbox.get<PostedMetric[]>(`/tenants/${tenant.id}/metrics`);
    const sent = metrics.filter(({ metricId }) => metricId === sentMetric).reduce((sum, { value }) => sum + value, 0);
    if (sent === funnel.sent || Date.now() > giveUpAt) {
      return { what: 'Customers sent to, as Optimove was told', ours: funnel.sent, theirs: sent };
    }
    await pause(everyMs, undefined, { signal });
  }
}

/** Lines for the terminal. @throws {LauncherError} when two numbers differ. */
export function comparisonLines(comparisons: Comparison[]): string {
  const wrong = comparisons.filter(({ ours, theirs }) => ours !== theirs);
  if (wrong.length > 0) {
    const details = wrong.map(({ what, ours, theirs }) => `${what}: ${ours} against ${theirs}`);
    throw new LauncherError(`The two sides do not agree. ${details.join('; ')}`);
  }
  return comparisons
    .map(({ what, ours }) => `  ✓ ${what.padEnd(42)}${ours.toLocaleString('en-US').padStart(8)}`)
    .join('\n');
}
