import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';
import { type BenchRow, compare } from '../report';
import { bareChunkLoop } from './bare-chunk-loop';
import { bareJobPerCustomer } from './bare-job-per-customer';
import type { BareTarget } from './content';
import { type BenchInstallation, install } from './installation';
import { execute, plan } from './ours';

const jobCustomers = 10_000;
const dataDir = join(process.cwd(), '.cache', 'bench-pg');

/** A push campaign from callback to completion against a bare chunk loop and against one queue job per customer. */
export async function benchExecution({ customers }: { customers: number }): Promise<BenchRow[]> {
  const server = process.env.BENCH_DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir });
  const serverUrl = process.env.BENCH_DATABASE_URL ?? server?.url ?? '';
  try {
    const small = await peaksAt(serverUrl, Math.round(customers / 10));
    const installation = await install(serverUrl);
    try {
      return await measure(installation, customers, small);
    } finally {
      await installation.stop();
    }
  } finally {
    await server?.stop();
  }
}

interface Peaks {
  api: number;
  worker: number;
}

async function peaksAt(serverUrl: string, customers: number): Promise<Peaks> {
  const installation = await install(serverUrl);
  try {
    await execute(installation, await plan(installation, customers), customers);
    return { api: installation.api.peakRssMiB(), worker: installation.worker.peakRssMiB() };
  } finally {
    await installation.stop();
  }
}

async function measure(installation: BenchInstallation, customers: number, small: Peaks): Promise<BenchRow[]> {
  const id = await plan(installation, customers);
  const ours = await execute(installation, id, customers);
  await assertSink(installation, customers);
  const peaks = { api: installation.api.peakRssMiB(), worker: installation.worker.peakRssMiB() };
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
  console.log(
    `callback → freeze ${ours.toFreeze.toFixed(1)} s, freeze → completion ${(ours.toCompletion - ours.toFreeze).toFixed(1)} s`,
  );
  console.log(`one job per customer was measured with ${jobCount} customers`);
  const rate = customers / ours.toCompletion;
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
    compare({
      name: 'peak RSS of the api, MiB, against a tenth',
      ours: peaks.api,
      bare: small.api,
      bar: 1.3,
      must: 'stay under',
    }),
    compare({
      name: 'peak RSS of the worker, MiB, against a tenth',
      ours: peaks.worker,
      bare: small.worker,
      bar: 1.3,
      must: 'stay under',
    }),
  ];
}

/** Counts what arrived and empties the sink. @throws when anybody got nothing or got it twice. */
async function assertSink({ sinkUrl }: BenchInstallation, count: number): Promise<void> {
  const answer = await fetch(`${sinkUrl}/stats`);
  const { received, unique } = (await answer.json()) as { received: number; unique: number };
  if (received !== count || unique !== count)
    throw new Error(`The sink has ${received} messages, ${unique} ids; expected ${count}`);
  await fetch(`${sinkUrl}/reset`);
}
