import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';
import { type BenchInstallation, install } from '../execution/installation';
import { begin, plan } from '../execution/ours';
import { type BenchProcess, startProcess } from '../processes';
import { type BenchRow, compare, never } from '../report';
import { besideBulk, isBeside } from './beside-bulk';
import type { LoadResult } from './open-load';
import { ourTarget } from './our-target';
import { middle, RisingLoad } from './rising-load';

const rounds = 5;
const dataDir = join(process.cwd(), '.cache', 'bench-pg');

/** Triggered messages at rising load against a bare route, alone and beside a bulk execution of `customers` people. */
export async function benchTriggered({ customers }: { customers: number }): Promise<BenchRow[]> {
  const server = process.env.BENCH_DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir });
  const installation = await install({
    serverUrl: process.env.BENCH_DATABASE_URL ?? server?.url ?? '',
    workers: ['triggered', 'rest'],
    env: { TRIGGERED_PER_PERSON_PER_HOUR: '1000', TRIGGERED_PER_MINUTE: '10000000' },
  });
  const bare = await startProcess('bench/src/triggered/bare-route.js', {
    DATABASE_URL: installation.databaseUrl,
    SINK_URL: installation.sinkUrl,
  });
  try {
    return await measure(installation, bare, customers);
  } finally {
    await bare.stop();
    await installation.stop();
    await server?.stop();
  }
}

async function measure(installation: BenchInstallation, bare: BenchProcess, customers: number): Promise<BenchRow[]> {
  const load = new RisingLoad();
  const ours = await ourTarget(installation, load.ids);
  const plain = { ...ours, callbackUrl: String(bare.said.url) };
  await load.at('warming up, ours', ours, 200);
  await load.at('warming up, bare', plain, 200);
  const most = { ours: await load.highestRate('ours', ours), bare: await load.highestRate('bare', plain) };
  const half = Math.floor(most.ours / 2);
  const alone: LoadResult[] = [];
  const bareAtHalf: LoadResult[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await load.at('ours', ours, half));
    bareAtHalf.push(await load.at('bare', plain, half));
  }
  const besideAll = await besideBulk(
    { customers, wanted: rounds },
    async (count) => begin(installation, await plan(installation, count)),
    () => load.at('ours beside bulk', ours, half),
  );
  const beside = besideAll.filter(isBeside);
  console.log(`bulk messages sent in each round: ${besideAll.map(({ others }) => others).join(', ')}`);
  const p99 = middle(alone, 'handOverP99');
  const p50 = [alone, bareAtHalf, beside].map((results) => middle(results, 'handOverP50').toFixed(1));
  console.log(`p50 callback → hand-over at ${half}/s, ms: ours ${p50[0]}, bare ${p50[1]}, ours beside bulk ${p50[2]}`);
  return [
    compare({ name: 'highest rate without loss, callbacks/s', ...most, bar: 0.5, must: 'reach' }),
    never(`lost at ${half}/s, alone and beside a bulk execution`, lostOf([...alone, ...besideAll])),
    never(`rounds of ${rounds} during which no bulk execution was sending all the time`, rounds - beside.length),
    compare({
      name: `p99 callback → hand-over at ${half}/s, ms`,
      ours: p99,
      bare: middle(bareAtHalf, 'handOverP99'),
      bar: 2,
      must: 'stay under',
    }),
    compare({
      name: 'the same beside a bulk execution, against alone, ms',
      ours: middle(beside, 'handOverP99'),
      bare: p99,
      bar: 2,
      must: 'stay under',
    }),
    compare({
      name: 'p99 of the callback answer, ms',
      ours: middle(alone, 'answerP99'),
      bare: middle(bareAtHalf, 'answerP99'),
      bar: 1.2,
      must: 'stay under',
    }),
  ];
}

function lostOf(results: LoadResult[]): number {
  return results.reduce((total, { lost }) => total + lost, 0);
}
