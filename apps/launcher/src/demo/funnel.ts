import { setTimeout as pause } from 'node:timers/promises';
import { LauncherError } from '../errors';
import type { DemoContext } from './demo-context';

/** Where the customers of an execution went, as GraphQL tells it. */
export interface Funnel {
  received: number;
  ended: number;
  sent: number;
  endStates: { state: string; count: number }[];
  deliveries: { medium: string; state: string; count: number }[];
}

interface Execution {
  state: 'ANNOUNCED' | 'READING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  reason: string | null;
  funnel: Funnel;
}

const executionQuery = /* GraphQL */ `
  query DemoExecution($id: ID!) {
    execution(id: $id) {
      state
      reason
      funnel { received ended sent endStates { state count } deliveries { medium state count } }
    }
  }
`;

const limitMs = 150_000;
const everyMs = 500;

/** Waits until the execution has completed. @throws {LauncherError} when it fails or takes too long. */
export async function waitForFunnel({ api, signal }: DemoContext, executionId: string): Promise<Funnel> {
  const giveUpAt = Date.now() + limitMs;
  while (Date.now() < giveUpAt) {
    const { execution } = await api.run<{ execution: Execution }>(executionQuery, { id: executionId });
    if (execution.state === 'COMPLETED') return execution.funnel;
    if (execution.state === 'FAILED' || execution.state === 'CANCELLED') {
      throw new LauncherError(`The execution ended as ${execution.state}: ${execution.reason ?? 'no reason given'}`);
    }
    await pause(everyMs, undefined, { signal });
  }
  throw new LauncherError(`The execution did not complete within ${limitMs / 1000} s`);
}

/** The funnel as a table for the terminal. @throws {LauncherError} when its rows do not add up to `announced`. */
export function funnelTable(funnel: Funnel, announced: number): string {
  const rows = funnel.endStates.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  const sum = rows.reduce((total, { count }) => total + count, 0);
  if (sum !== announced || funnel.received !== announced) {
    throw new LauncherError(
      `The funnel does not add up: ${announced} announced, ${funnel.received} received, ${sum} ended`,
    );
  }
  const lines = rows.map(({ state, count }) => tableRow(label(state), count));
  const media = funnel.deliveries.map(({ medium, state, count }) =>
    tableRow(`${label(medium)}, ${label(state)}`, count),
  );
  const rule = '─'.repeat(44);
  return [
    tableRow('Customers Optimove named', announced),
    rule,
    ...lines,
    rule,
    tableRow('Sum', sum),
    '',
    'Messages',
    ...media,
  ]
    .map((line) => `  ${line}`)
    .join('\n');
}

function tableRow(text: string, count: number): string {
  return `${text.padEnd(32)}${count.toLocaleString('en-US').padStart(12)}`;
}

const ownNames: Record<string, string> = { SMS: 'SMS', EMAIL: 'E-mail', IN_APP: 'In-app' };

function label(constant: string): string {
  const name = ownNames[constant];
  if (name) return name;
  const text = constant.toLowerCase().replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
