import { execute, PlatformModule, query, Transactions } from '@libs/platform';
import { type FrozenSegment, ProfilesModule, ProfilesService } from '@modules/profiles';
import { ProjectsModule } from '@modules/projects';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Client } from 'pg';
import { type BenchRow, compare } from '../report';
import { type TypicalSegment, typicalSegments } from './typical';

const rounds = 5;
const pageSize = 10_000;

@Module({ imports: [PlatformModule, ProjectsModule, ProfilesModule] })
class SegmentsHost {}

interface Counted {
  row: BenchRow;
  segment: FrozenSegment;
}

/** What both ways need. */
interface Measured {
  transactions: Transactions;
  profiles: ProfilesService;
  client: Client;
  projectId: string;
}

/** Every typical segment counted both ways, and a page of customers filtered by the one that took longest. */
export async function measureSegments(client: Client, projectId: string): Promise<BenchRow[]> {
  const app = await NestFactory.createApplicationContext(SegmentsHost, { logger: ['error'] });
  try {
    const profiles = app.select(ProfilesModule).get(ProfilesService);
    const measured = { transactions: app.get(Transactions), profiles, client, projectId };
    const counted: Counted[] = [];
    for (const typical of typicalSegments) {
      const segment = await freeze(measured, typical);
      const ours = (): Promise<number> => countAudience(measured, segment);
      const bare = (): Promise<number> => countBare(client, projectId, typical.sql);
      counted.push({ row: await countBoth(typical, { ours, bare }), segment });
    }
    const [heaviest] = [...counted].sort((one, other) => other.row.ours - one.row.ours);
    if (!heaviest) throw new Error('There are no segments to measure');
    return [...counted.map(({ row }) => row), await filterPage(measured, heaviest)];
  } finally {
    await app.close();
  }
}

async function freeze(
  { transactions, profiles, projectId }: Measured,
  typical: TypicalSegment,
): Promise<FrozenSegment> {
  const text = JSON.stringify({ rules: typical.rules });
  const { segment, faults } = await transactions.run(async (tx) => {
    const { rules, faults } = await profiles.readSegmentRules(tx, projectId, text);
    return rules ? profiles.freezeSegment(tx, projectId, { rules }) : { segment: null, faults };
  });
  if (!segment) throw new Error(`${typical.name}: ${JSON.stringify(faults)}`);
  return segment;
}

/** The audience of a Direct campaign, compiled anew and under the settings in which it is stored, counted instead of stored. */
function countAudience({ transactions, profiles, projectId }: Measured, segment: FrozenSegment): Promise<number> {
  return transactions.run(async (tx) => {
    await execute(tx, 'SET LOCAL enable_nestloop = off');
    const { sql, parameters } = await profiles.audience(projectId, { segment, isZoned: false });
    const counting = `SELECT count(*)::int AS people FROM (${sql}) AS audience`;
    const [row] = await query<{ people: number }>(tx, counting, parameters);
    return row?.people ?? 0;
  });
}

async function countBoth(
  { name }: TypicalSegment,
  { ours, bare }: { ours: () => Promise<number>; bare: () => Promise<number> },
): Promise<BenchRow> {
  const [people, expected] = [await ours(), await bare()];
  if (people !== expected) throw new Error(`${name}: ${people} people, by hand ${expected}`);
  const times = await inTurns(ours, bare);
  return compare({ name: `ms: ${name} (${people})`, ...times, bar: 1.5, must: 'stay under' });
}

async function countBare(client: Client, projectId: string, condition: string): Promise<number> {
  const sql = `SELECT count(*)::int AS people FROM profile p WHERE p.project_id = $1 AND ${condition}`;
  const { rows } = await client.query<{ people: number }>(sql, [projectId]);
  return rows[0]?.people ?? 0;
}

async function filterPage(
  { transactions, profiles, client, projectId }: Measured,
  { row, segment }: Counted,
): Promise<BenchRow> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM profile WHERE project_id = $1 ORDER BY md5(id::text) LIMIT $2',
    [projectId, pageSize],
  );
  const profileIds = rows.map(({ id }) => id);
  const times = await inTurns(
    () => transactions.run((tx) => profiles.matchingProfiles(tx, projectId, { segment, profileIds })),
    () => client.query('SELECT * FROM profile WHERE project_id = $1 AND id = ANY($2::uuid[])', [projectId, profileIds]),
  );
  return compare({ name: `ms: ${pageSize} customers by "${row.name}"`, ...times, bar: 3, must: 'stay under' });
}

/** Median milliseconds of both, one after the other in every round. */
async function inTurns(
  ours: () => Promise<unknown>,
  bare: () => Promise<unknown>,
): Promise<{ ours: number; bare: number }> {
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    times.ours.push(await millisecondsOf(ours));
    times.bare.push(await millisecondsOf(bare));
  }
  return { ours: median(times.ours), bare: median(times.bare) };
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
