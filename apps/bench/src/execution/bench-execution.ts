import { join } from 'node:path';
import type { WorkerPart } from '../../../../libs/platform/src';
import { startEmbeddedPostgres, startEmbeddedRedis } from '../../../../libs/platform/src/embedded';
import { type BenchRow, compare } from '../report';
import { bareChunkLoop } from './bare-chunk-loop';
import { bareJobPerCustomer } from './bare-job-per-customer';
import type { BareTarget } from './content';
import { type BenchInstallation, install } from './installation';
import { execute, type MeasuredExecution, plan } from './ours';

const jobCustomers = 10_000;
const one: WorkerPart[] = ['all'];
const two: WorkerPart[] = ['all', 'all'];
const slowAnswerMs = 100;
const cache = join(process.cwd(), '.cache');

/** The work on one set-up of processes. */
interface SetUp {
  serverUrl: string;
  workers: WorkerPart[];
  /** Queues on this Redis; on PostgreSQL when absent. */
  redisUrl?: string;
}

interface Measured {
  rate: number;
  peaks: { api: number; worker: number };
}

/** A push campaign from callback to completion, on both queue back ends, with one worker and with two. */
export async function benchExecution({ customers }: { customers: number }): Promise<BenchRow[]> {
  const server = process.env.BENCH_DATABASE_URL
    ? null
    : await startEmbeddedPostgres({ dataDir: join(cache, 'bench-pg') });
  const redis = await startEmbeddedRedis({ dir: join(cache, 'bench-redis') });
  const serverUrl = process.env.BENCH_DATABASE_URL ?? server?.url ?? '';
  try {
    return await measureAll(serverUrl, { customers, redisUrl: redis?.url });
  } finally {
    await redis?.stop();
    await server?.stop();
  }
}

async function measureAll(
  serverUrl: string,
  { customers, redisUrl }: { customers: number; redisUrl: string | undefined },
): Promise<BenchRow[]> {
  const small = await ofSize(serverUrl, Math.round(customers / 10));
  const rows = await againstBare(serverUrl, { customers, small });
  const others: [string, SetUp][] = [['1 worker, queues on PostgreSQL', { serverUrl, workers: one }]];
  if (redisUrl) {
    others.push(['2 workers, queues on Redis', { serverUrl, workers: two, redisUrl }]);
    others.push(['1 worker, queues on Redis', { serverUrl, workers: one, redisUrl }]);
  }
  for (const [name, setUp] of others) {
    await withInstallation(setUp, async (installation) => {
      show(name, customers, await execute(installation, await plan(installation, customers), customers));
      await assertSink(installation, customers);
    });
  }
  return rows;
}

/** What a tenth of the customers takes. */
async function ofSize(serverUrl: string, customers: number): Promise<Measured> {
  return withInstallation({ serverUrl, workers: two }, async (installation) => {
    const ours = await execute(installation, await plan(installation, customers), customers);
    show('2 workers, queues on PostgreSQL', customers, ours);
    return { rate: customers / ours.toCompletion, peaks: peaksOf(installation) };
  });
}

async function againstBare(
  serverUrl: string,
  { customers, small }: { customers: number; small: Measured },
): Promise<BenchRow[]> {
  return withInstallation({ serverUrl, workers: two }, async (installation) => {
    const id = await plan(installation, customers);
    const ours = await execute(installation, id, customers);
    show('2 workers, queues on PostgreSQL', customers, ours);
    await assertSink(installation, customers);
    const big = { rate: customers / ours.toCompletion, peaks: peaksOf(installation) };
    const slow = await withSlowProvider(installation, customers);
    return [
      ...(await bareRows(installation, { id, customers, rate: big.rate })),
      compare({
        name: `recipients/s, a provider that answers after ${slowAnswerMs} ms, against an instant one`,
        ours: slow,
        bare: big.rate,
        bar: 0.3,
        must: 'reach',
      }),
      ...growthRows(big, small),
    ];
  });
}

async function withSlowProvider(installation: BenchInstallation, customers: number): Promise<number> {
  const id = await plan(installation, customers);
  await fetch(`${installation.sinkUrl}/delay/${slowAnswerMs}`);
  const slow = await execute(installation, id, customers);
  await fetch(`${installation.sinkUrl}/delay/0`);
  show(`the same, a provider that answers after ${slowAnswerMs} ms`, customers, slow);
  await assertSink(installation, customers);
  return customers / slow.toCompletion;
}

async function bareRows(
  installation: BenchInstallation,
  { id, customers, rate }: { id: string; customers: number; rate: number },
): Promise<BenchRow[]> {
  const target: BareTarget = {
    databaseUrl: installation.databaseUrl,
    endpoint: installation.tenant.endpoint,
    apiToken: installation.tenant.apiToken,
    campaignId: id,
    channelId: installation.tenant.channels[0]?.id ?? 0,
    sinkUrl: installation.sinkUrl,
    count: customers,
  };
  const bareSeconds = await bareChunkLoop(target);
  await assertSink(installation, customers);
  const jobCount = Math.min(customers, jobCustomers);
  const jobSeconds = await bareJobPerCustomer({ ...target, count: jobCount }, installation.projectId);
  await assertSink(installation, jobCount);
  console.log(`one job per customer was measured with ${jobCount} customers`);
  return [
    compare({
      name: 'recipients/s against the bare chunk loop',
      ours: rate,
      bare: customers / bareSeconds,
      bar: 0.35,
      must: 'reach',
    }),
    compare({
      name: 'recipients/s against one job per customer',
      ours: rate,
      bare: jobCount / jobSeconds,
      bar: 3,
      must: 'reach',
    }),
  ];
}

function growthRows(big: Measured, small: Measured): BenchRow[] {
  const peak = (who: 'api' | 'worker'): BenchRow =>
    compare({
      name: `peak RSS of the ${who}, MiB, against a tenth of the customers`,
      ours: big.peaks[who],
      bare: small.peaks[who],
      bar: 1.3,
      must: 'stay under',
    });
  return [
    compare({
      name: 'recipients/s against a tenth of the customers',
      ours: big.rate,
      bare: small.rate,
      bar: 0.85,
      must: 'reach',
    }),
    peak('api'),
    peak('worker'),
  ];
}

function peaksOf({ api, workers }: BenchInstallation): Measured['peaks'] {
  return { api: api.peakRssMiB(), worker: Math.max(...workers.map((worker) => worker.peakRssMiB())) };
}

async function withInstallation<T>(
  { serverUrl, workers, redisUrl }: SetUp,
  work: (installation: BenchInstallation) => Promise<T>,
): Promise<T> {
  const installation = await install({ serverUrl, workers, env: redisUrl ? { REDIS_URL: redisUrl } : {} });
  try {
    return await work(installation);
  } finally {
    await installation.stop();
  }
}

function show(name: string, customers: number, { toFreeze, toCompletion }: MeasuredExecution): void {
  const sending = toCompletion - toFreeze;
  console.log(
    `${customers} customers, ${name}: callback → freeze ${toFreeze.toFixed(1)} s, freeze → completion ${sending.toFixed(1)} s, ${Math.round(customers / toCompletion)}/s`,
  );
}

/** Counts what arrived and empties the sink. @throws when anybody got nothing or got it twice. */
async function assertSink({ sinkUrl }: BenchInstallation, count: number): Promise<void> {
  const answer = await fetch(`${sinkUrl}/stats`);
  const { received, unique } = (await answer.json()) as { received: number; unique: number };
  if (received !== count || unique !== count)
    throw new Error(`The sink has ${received} messages, ${unique} ids; expected ${count}`);
  await fetch(`${sinkUrl}/reset`);
}
