import { PlatformModule, Transactions } from '@libs/platform';
import { ProfilesModule, ProfilesService, type SegmentRules, Segments } from '@modules/profiles';
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
  rules: SegmentRules;
}

/** Every typical segment counted both ways, and a page of customers filtered by the one that took longest. */
export async function measureSegments(client: Client, projectId: string): Promise<BenchRow[]> {
  const app = await NestFactory.createApplicationContext(SegmentsHost, { logger: ['error'] });
  try {
    const transactions = app.get(Transactions);
    const profiles = app.select(ProfilesModule).get(ProfilesService);
    const segments = app.select(ProfilesModule).get(Segments);
    const counted: Counted[] = [];
    for (const typical of typicalSegments) {
      const text = JSON.stringify({ rules: typical.rules });
      const { rules, faults } = await transactions.run((tx) => profiles.readSegmentRules(tx, projectId, text));
      if (!rules) throw new Error(`${typical.name}: ${JSON.stringify(faults)}`);
      const row = await countBoth(typical, {
        ours: () => segments.count(projectId, rules),
        bare: () => countBare(client, projectId, typical.sql),
      });
      counted.push({ row, rules });
    }
    const [heaviest] = [...counted].sort((one, other) => other.row.ours - one.row.ours);
    if (!heaviest) throw new Error('There are no segments to measure');
    const page = await filterPage({ transactions, profiles, client, projectId }, heaviest);
    return [...counted.map(({ row }) => row), page];
  } finally {
    await app.close();
  }
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
  {
    transactions,
    profiles,
    client,
    projectId,
  }: { transactions: Transactions; profiles: ProfilesService; client: Client; projectId: string },
  { row, rules }: Counted,
): Promise<BenchRow> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM profile WHERE project_id = $1 ORDER BY md5(id::text) LIMIT $2',
    [projectId, pageSize],
  );
  const profileIds = rows.map(({ id }) => id);
  const { segment } = await transactions.run((tx) => profiles.freezeSegment(tx, projectId, { rules }));
  if (!segment) throw new Error('The heaviest segment cannot be frozen');
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
