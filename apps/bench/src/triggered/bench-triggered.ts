import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';
import { type BenchInstallation, install, launchCampaign, mutate } from '../execution/installation';
import { execute, plan } from '../execution/ours';
import { type BenchProcess, startProcess } from '../processes';
import { type BenchRow, compare } from '../report';
import { type LoadResult, type LoadTarget, offer } from './open-load';

const people = 20_000;
const seconds = 5;
const rounds = 5;
const worstDelayMs = 2_000;
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
  const load = new Load();
  const ours = await ourTarget(installation, load.ids);
  const plain = { ...ours, callbackUrl: String(bare.said.url) };
  await load.at(ours, 200);
  await load.at(plain, 200);
  const most = { ours: await highestRate(load, ours, 'ours'), bare: await highestRate(load, plain, 'bare') };
  const half = Math.floor(most.ours / 2);
  const alone: LoadResult[] = [];
  const bareAtHalf: LoadResult[] = [];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await load.at(ours, half));
    bareAtHalf.push(await load.at(plain, half));
  }
  const beside = await besideBulk(installation, customers, () => load.at(ours, half));
  const lost = [...alone, ...beside].reduce((sum, result) => sum + result.lost, 0);
  if (lost > 0) throw new Error(`${lost} triggered messages were lost at half of the highest rate`);
  console.log(
    `at ${half}/s: ours p50 ${show(alone, 'handOverP50')} ms, bare p50 ${show(bareAtHalf, 'handOverP50')} ms`,
  );
  const p99 = mid(alone, 'handOverP99');
  return [
    compare({ name: 'highest rate without loss, callbacks/s', ...most, bar: 0.25, must: 'reach' }),
    compare({
      name: `p99 callback → hand-over at ${half}/s, ms`,
      ours: p99,
      bare: mid(bareAtHalf, 'handOverP99'),
      bar: 5,
      must: 'stay under',
    }),
    compare({
      name: 'the same beside a bulk execution, against alone, ms',
      ours: mid(beside, 'handOverP99'),
      bare: p99,
      bar: 4,
      must: 'stay under',
    }),
    compare({
      name: 'p99 of the callback answer, ms',
      ours: mid(alone, 'answerP99'),
      bare: mid(bareAtHalf, 'answerP99'),
      bar: 2,
      must: 'stay under',
    }),
  ];
}

/** One load after the other, each with people of whom the last ones have not heard. */
class Load {
  readonly ids = Array.from({ length: people }, (_each, index) => `T${index}`);
  private next = 0;

  async at(target: LoadTarget, rate: number): Promise<LoadResult> {
    const count = Math.min(Math.round(rate * seconds), people);
    const customerIds = Array.from({ length: count }, (_each, index) => this.ids[(this.next + index) % people] ?? '');
    this.next = (this.next + count) % people;
    return offer(target, { rate, customerIds, seconds });
  }
}

/** Doubles the rate until something is lost or late, then halves the gap three times. */
async function highestRate(load: Load, target: LoadTarget, side: string): Promise<number> {
  let [good, bad] = [0, 0];
  for (let rate = 200, step = 0; step < 12; step += 1) {
    const result = await load.at(target, rate);
    const isGood = result.lost === 0 && result.handOverP99 < worstDelayMs;
    say(side, result);
    if (isGood) good = rate;
    else bad = rate;
    if (bad > 0 && bad - good < good / 5) break;
    rate = bad === 0 ? rate * 2 : Math.round((good + bad) / 2);
  }
  return good;
}

/** Measures while a bulk execution runs; rounds that outlive it do not count. */
async function besideBulk(
  installation: BenchInstallation,
  customers: number,
  run: () => Promise<LoadResult>,
): Promise<LoadResult[]> {
  const id = await plan(installation, customers);
  let isRunning = true;
  const bulk = execute(installation, id, customers).finally(() => {
    isRunning = false;
  });
  const results: LoadResult[] = [];
  while (isRunning && results.length < rounds) {
    const result = await run();
    say('beside bulk,', result);
    if (isRunning) results.push(result);
  }
  const { toCompletion } = await bulk;
  console.log(
    `${results.length} rounds beside a bulk execution of ${customers}, which took ${toCompletion.toFixed(1)} s`,
  );
  if (results.length === 0)
    throw new Error('The bulk execution was too short to measure beside it; take more --customers');
  return results;
}

async function ourTarget(installation: BenchInstallation, ids: string[]): Promise<LoadTarget> {
  const { graphql, control, tenant, connectionId, sinkUrl, importCsv } = installation;
  const { channel } = await mutate<{ channel: { id: string; optimoveChannelId: number } }>(
    graphql,
    { field: 'addChannel', type: 'AddChannelInput', selection: 'channel { id optimoveChannelId }' },
    { connectionId, kind: 'TRIGGERED', name: 'Xtremepush Triggered' },
  );
  const templateID = Number(await launchCampaign(graphql, { channelId: channel.id, name: 'Triggered' }));
  await importCsv('/imports/profiles', `userId\n${ids.join('\n')}\n`);
  await importCsv(
    '/imports/devices',
    `userId,token,platform\n${ids.map((id) => `${id},token-${id},ANDROID`).join('\n')}\n`,
  );
  const listeners = await control<{ eventTypeId: number; listenerUrl: string }[]>(
    'GET',
    `/tenants/${tenant.id}/listeners`,
  );
  const callbackUrl = listeners.find(({ eventTypeId }) => eventTypeId === 11)?.listenerUrl ?? '';
  let occurrence = 0;
  const bodyOf = (customerID: string): string => {
    occurrence += 1;
    return JSON.stringify({
      eventTypeID: 11,
      timeStamp: stamp(),
      customerID,
      campaignID: 'bench',
      channelID: channel.optimoveChannelId,
      templateID,
      FirstName: 'A',
      BonusAmount: occurrence,
      FavouriteGame: 'Roulette',
    });
  };
  return { callbackUrl, sinkUrl, bodyOf };
}

function stamp(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ');
}

function say(side: string, { offered, lost, handOverP50, handOverP99 }: LoadResult): void {
  console.log(
    `${side} ${offered}/s: lost ${lost}, hand-over p50 ${handOverP50.toFixed(0)} ms, p99 ${handOverP99.toFixed(0)} ms`,
  );
}

type Figure = 'answerP99' | 'handOverP50' | 'handOverP99';

function mid(results: LoadResult[], figure: Figure): number {
  const values = results.map((result) => result[figure]).sort((one, other) => one - other);
  return values[Math.floor(values.length / 2)] ?? 0;
}

function show(results: LoadResult[], figure: Figure): string {
  return mid(results, figure).toFixed(1);
}
