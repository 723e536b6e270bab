import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';
import { type BenchInstallation, install, mutate } from '../execution/installation';
import { plan } from '../execution/ours';
import { type BenchRow, compare } from '../report';

/** After the answer to a stop nothing new may be handed over for longer than this. */
const allowedMs = 5_000;
const watchMs = 8_000;
const limitMs = 600_000;
const dataDir = join(process.cwd(), '.cache', 'bench-pg');

/** One way to stop, and the way back. */
interface Brake {
  name: string;
  /** @returns how many had been handed over by the answer. */
  stop(executionId: string): Promise<number>;
  goOn(executionId: string): Promise<void>;
}

/** What the sink saw of one stop. */
interface Stopped {
  name: string;
  /** From the answer to the last message that came, ms; 0 when none came. */
  lastAfterMs: number;
  /** Messages that came after the answer. */
  after: number;
  /** Messages that had been handed over, as the answer says, and that are at the sink. */
  told: number;
  there: number;
}

/** Every way to stop, each in the middle of one execution of `customers` people with two workers at full speed. */
export async function benchStop({ customers }: { customers: number }): Promise<BenchRow[]> {
  const server = process.env.BENCH_DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir });
  const serverUrl = process.env.BENCH_DATABASE_URL ?? server?.url ?? '';
  const installation = await install({ serverUrl, workers: ['all', 'all'] });
  try {
    return await measure(installation, customers);
  } finally {
    await installation.stop();
    await server?.stop();
  }
}

async function measure(installation: BenchInstallation, customers: number): Promise<BenchRow[]> {
  const { control, tenant, sinkUrl } = installation;
  const brakes = await brakesOf(installation);
  const campaignId = await plan(installation, customers);
  await fetch(`${sinkUrl}/reset?arrivals`);
  await control('POST', `/tenants/${tenant.id}/campaigns/${campaignId}/run`, {});
  const executionId = await runningExecution(installation);
  const share = customers / (brakes.length + 1);
  const results: Stopped[] = [];
  for (const [index, brake] of brakes.entries()) {
    await until(async () => (await received(sinkUrl)).received >= share * (index + 0.5));
    results.push(await stopOnce(sinkUrl, brake, executionId));
    await brake.goOn(executionId);
  }
  await until(async () => (await stateOf(installation, executionId)) === 'COMPLETED');
  const total = await received(sinkUrl);
  if (total.received !== customers || total.unique !== customers)
    throw new Error(`${total.received} messages, ${total.unique} of them different, for ${customers} people`);
  console.table(results);
  return results.map(({ name, lastAfterMs }) =>
    compare({
      name: `${name}: last arrival after the answer, ms`,
      ours: lastAfterMs,
      bare: allowedMs,
      bar: 1,
      must: 'stay under',
    }),
  );
}

async function stopOnce(sinkUrl: string, brake: Brake, executionId: string): Promise<Stopped> {
  const told = await brake.stop(executionId);
  const answeredAt = performance.timeOrigin + performance.now();
  await pause(watchMs);
  const arrivals = (await (await fetch(`${sinkUrl}/arrivals`)).json()) as [string, number][];
  const late = arrivals.map(([, at]) => at - answeredAt).filter((ms) => ms > 0);
  const lastAfterMs = late.reduce((last, ms) => Math.max(last, ms), 0);
  return { name: brake.name, lastAfterMs: Math.round(lastAfterMs), after: late.length, told, there: arrivals.length };
}

async function brakesOf({ graphql, connectionId, projectId }: BenchInstallation): Promise<Brake[]> {
  const { channels } = await graphql<{ channels: { id: string }[] }>(
    'query ($id: ID!) { channels(connectionId: $id) { id } }',
    { id: connectionId },
  );
  const { providerAccounts } = await graphql<{ providerAccounts: { id: string }[] }>('{ providerAccounts { id } }');
  const scopes: [string, string][] = [
    ['PROJECT', projectId],
    ['CONNECTION', connectionId],
    ['CHANNEL', channels[0]?.id ?? ''],
    ['PROVIDER_ACCOUNT', providerAccounts[0]?.id ?? ''],
  ];
  return [pauseBrake(graphql), ...scopes.map(([scope, scopeId]) => switchBrake(graphql, { scope, scopeId }))];
}

function pauseBrake(graphql: BenchInstallation['graphql']): Brake {
  const call = (field: string, id: string): Promise<{ handedOver: number | null }> =>
    mutate(graphql, { field, type: 'ExecutionIdInput', selection: 'handedOver' }, { id });
  return {
    name: 'pause',
    stop: async (id) => (await call('pauseExecution', id)).handedOver ?? 0,
    goOn: async (id) => void (await call('resumeExecution', id)),
  };
}

function switchBrake(graphql: BenchInstallation['graphql'], scope: { scope: string; scopeId: string }): Brake {
  const off = { field: 'switchSendingOff', type: 'SwitchSendingOffInput', selection: 'handedOver' };
  const on = { field: 'switchSendingOn', type: 'SendingScopeInput', selection: 'handedOver' };
  return {
    name: `switch ${scope.scope}`,
    stop: async () =>
      (await mutate<{ handedOver: number | null }>(graphql, off, { ...scope, reason: 'Bench' })).handedOver ?? 0,
    goOn: async () => void (await mutate(graphql, on, scope)),
  };
}

async function runningExecution({ graphql, connectionId }: BenchInstallation): Promise<string> {
  let id = '';
  await until(async () => {
    const { executions } = await graphql<{ executions: { nodes: { id: string; state: string }[] } }>(
      'query ($id: ID!) { executions(first: 1, connectionId: $id) { nodes { id state } } }',
      { id: connectionId },
    );
    id = executions.nodes[0]?.state === 'RUNNING' ? executions.nodes[0].id : '';
    return id !== '';
  });
  return id;
}

async function stateOf({ graphql }: BenchInstallation, id: string): Promise<string | undefined> {
  const { execution } = await graphql<{ execution: { state: string } | null }>(
    'query ($id: ID!) { execution(id: $id) { state } }',
    { id },
  );
  return execution?.state;
}

async function received(sinkUrl: string): Promise<{ received: number; unique: number }> {
  return (await (await fetch(`${sinkUrl}/stats`)).json()) as { received: number; unique: number };
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + limitMs;
  while (!(await check())) {
    if (Date.now() > giveUpAt) throw new Error(`It did not happen within ${limitMs / 1000} s`);
    await pause(100);
  }
}
