import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedPostgres } from '../../../../libs/platform/src/embedded';
import { type BenchInstallation, install } from '../execution/installation';
import { type BenchRow, compare, never } from '../report';
import { bareUpdate } from './bare-update';
import { attribute, choose, firstDay, syncDay } from './ours';

const rounds = 3;
const dataDir = join(process.cwd(), '.cache', 'bench-pg');

/** Changes of a suppression attribute from Optimove's answer to the profiles, against one plain UPDATE of the same rows. */
export async function benchSync({ customers: count }: { customers: number }): Promise<BenchRow[]> {
  const server = process.env.BENCH_DATABASE_URL ? null : await startEmbeddedPostgres({ dataDir });
  const installation = await install({ serverUrl: process.env.BENCH_DATABASE_URL ?? server?.url ?? '' });
  try {
    await fill(installation, count);
    return await measure(installation, count);
  } finally {
    await installation.stop();
    await server?.stop();
  }
}

async function measure(installation: BenchInstallation, count: number): Promise<BenchRow[]> {
  const { databaseUrl, projectId } = installation;
  const peakMiB = (): number => Math.max(...installation.workers.map((worker) => worker.peakRssMiB()));
  const attributeId = await choose(installation);
  const tenth = Math.ceil(count / 10);
  await syncDay(installation, { attributeId, count: tenth, day: dayOf(1), isOdd: false });
  const smallPeak = peakMiB();
  const [ours, bare]: [number[], number[]] = [[], []];
  let otherwise = 0;
  for (let round = 0; round < rounds; round += 1) {
    const isOdd = round % 2 === 0;
    await tidy(databaseUrl);
    ours.push(count / (await syncDay(installation, { attributeId, count, day: dayOf(2 + round), isOdd })));
    await tidy(databaseUrl);
    bare.push(count / (await bareUpdate(databaseUrl, { projectId, count, isOdd })));
    otherwise += await otherwiseThanPlain(installation);
    console.log(
      `round ${round + 1}: ${Math.round(ours[round] ?? 0)}/s, plain UPDATE ${Math.round(bare[round] ?? 0)}/s`,
    );
  }
  const peak = peakMiB();
  return [
    compare({ name: 'changes/s', ours: median(ours), bare: median(bare), bar: 0.4, must: 'reach' }),
    never('people with another value than after the plain UPDATE, in all rounds', otherwise),
    compare({ name: 'worker peak MiB, against a tenth', ours: peak, bare: smallPeak, bar: 1.3, must: 'stay under' }),
  ];
}

/** People with the user IDs p0, p1, … and a few attributes. */
async function fill({ databaseUrl, projectId }: BenchInstallation, count: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `INSERT INTO profile (id, project_id, user_id, email, attributes)
     SELECT gen_random_uuid(), $1, 'p' || n, 'p' || n || '@example.com',
       jsonb_build_object('FirstName', 'Player ' || n, 'BonusAmount', (n % 50)::text, 'FavouriteGame', 'Slots')
     FROM generate_series(0, $2::int - 1) AS n`,
    [projectId, count],
  );
  await client.end();
}

/** How many people have another value of the attribute than the plain UPDATE gave them. */
async function otherwiseThanPlain({ databaseUrl, projectId }: BenchInstallation): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM profile
     WHERE project_id = $1 AND attributes -> $2 IS DISTINCT FROM attributes -> 'plain'`,
    [projectId, attribute],
  );
  await client.end();
  return rows[0]?.count ?? Number.POSITIVE_INFINITY;
}

/** Both begin on tables without dead rows. */
async function tidy(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  for (const table of ['profile', 'remembered_value']) await client.query(`VACUUM ANALYZE ${table}`);
  await client.query('CHECKPOINT');
  await client.end();
}

function dayOf(number: number): string {
  return new Date(Date.parse(firstDay) + number * 86_400_000).toISOString().slice(0, 10);
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
