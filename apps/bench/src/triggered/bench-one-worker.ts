import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';
import { type BenchInstallation, install } from '../execution/installation';
import { begin, plan } from '../execution/ours';
import { type BenchRow, compare, never } from '../report';
import { besideBulk, isBeside } from './beside-bulk';
import type { LoadResult } from './open-load';
import { ourTarget } from './our-target';
import { middle, RisingLoad } from './rising-load';

const rounds = 5;
const rate = 50;
const answerMs = 300;
const dataDir = join(process.cwd(), '.cache', 'bench-pg');

/**
 * Triggered messages in an installation with one worker, as `npm start` has it, whose provider takes its time: alone, and
 * beside a bulk execution of `customers` people that waits for the same connections.
 */
export async function benchOneWorker({ customers }: { customers: number }): Promise<BenchRow[]> {
  const server = process.env.BENCH_DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir });
  const installation = await install({
    serverUrl: process.env.BENCH_DATABASE_URL ?? server?.url ?? '',
    workers: ['all'],
    env: { TRIGGERED_PER_PERSON_PER_HOUR: '1000' },
  });
  try {
    return await measure(installation, customers);
  } finally {
    await installation.stop();
    await server?.stop();
  }
}

async function measure(installation: BenchInstallation, customers: number): Promise<BenchRow[]> {
  const load = new RisingLoad();
  const ours = await ourTarget(installation, load.ids);
  await load.at('warming up', ours, rate);
  await fetch(`${installation.sinkUrl}/delay/${answerMs}`);
  const alone: LoadResult[] = [];
  for (let round = 0; round < rounds; round += 1) alone.push(await load.at('alone', ours, rate));
  const besideAll = await besideBulk(
    { customers, wanted: rounds },
    async (count) => begin(installation, await plan(installation, count)),
    () => load.at('beside bulk', ours, rate),
  );
  const beside = besideAll.filter(isBeside);
  const lost = [...alone, ...besideAll].reduce((total, each) => total + each.lost, 0);
  const against = (figure: 'handOverP50' | 'handOverP99'): Pick<BenchRow, 'ours' | 'bare'> => ({
    ours: middle(beside, figure),
    bare: middle(alone, figure),
  });
  const what = `callback → hand-over at ${rate}/s beside a bulk execution, against alone, ms`;
  return [
    never('lost', lost),
    never(`rounds of ${rounds} during which no bulk execution was sending all the time`, rounds - beside.length),
    compare({ name: `p50 ${what}`, ...against('handOverP50'), bar: 4, must: 'stay under' }),
    compare({ name: `p99 ${what}`, ...against('handOverP99'), bar: 4, must: 'stay under' }),
  ];
}
