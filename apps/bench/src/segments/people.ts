import { Readable } from 'node:stream';
import type { Client } from 'pg';

/** The 20 attributes that every profile of the bench has. */
export const attributes = [
  { name: 'tier', type: 'STRING' },
  { name: 'city', type: 'STRING' },
  { name: 'first_name', type: 'STRING' },
  { name: 'favourite_game', type: 'STRING' },
  { name: 'affiliate', type: 'STRING' },
  { name: 'brand', type: 'STRING' },
  { name: 'balance', type: 'NUMBER' },
  { name: 'deposits', type: 'NUMBER' },
  { name: 'lifetime_value', type: 'NUMBER' },
  { name: 'churn_score', type: 'NUMBER' },
  { name: 'bonus', type: 'NUMBER' },
  { name: 'age', type: 'NUMBER' },
  { name: 'birthday', type: 'DATE' },
  { name: 'last_deposit', type: 'DATE' },
  { name: 'last_login', type: 'DATE' },
  { name: 'registered', type: 'DATE' },
  { name: 'vip', type: 'BOOLEAN' },
  { name: 'verified', type: 'BOOLEAN' },
  { name: 'sports', type: 'BOOLEAN' },
  { name: 'games', type: 'ARRAY' },
] as const;

const tiers = ['bronze', 'bronze', 'bronze', 'silver', 'silver', 'gold', 'platinum'];
const cities = ['London', 'Leeds', 'Cardiff', 'Berlin', 'Paris', 'Madrid', 'Rome', 'Malta'];
const games = ['slots', 'poker', 'roulette', 'blackjack', 'bingo'];
const countries = ['GB', 'DE', 'FR', 'ES', 'IT', 'MT'];
const firstDay = Date.parse('2026-01-01');
const columns = ['userId', 'email', 'emailSubscription', 'country', ...attributes.map(({ name }) => name)];
const perPiece = 500;

/** Profiles of the bench by number: from the first one on and before the other. */
export interface People {
  first: number;
  before: number;
}

/** A CSV file of profiles, made as it is read. */
export function peopleFile(people: People): Readable {
  return Readable.from(pieces(people), { objectMode: false });
}

function* pieces({ first, before }: People): Generator<string> {
  yield `${columns.join(',')}\n`;
  for (let from = first; from < before; from += perPiece) {
    let text = '';
    for (let n = from; n < Math.min(from + perPiece, before); n += 1) text += `${lineOf(n)}\n`;
    yield text;
  }
}

function lineOf(n: number): string {
  const mixed = Math.imul(n + 1, 2_654_435_761) >>> 0;
  const pick = <T>(list: readonly T[], shift: number): T | undefined => list[(mixed >>> shift) % list.length];
  const number = (shift: number, most: number): number => (mixed >>> shift) % most;
  const date = (shift: number): string =>
    new Date(firstDay + number(shift, 320) * 86_400_000).toISOString().slice(0, 10);
  return [
    `p${n}`,
    `p${n}@example.com`,
    n % 3 === 0 ? 'UNSUBSCRIBED' : 'SUBSCRIBED',
    pick(countries, 3),
    pick(tiers, 4),
    pick(cities, 5),
    `Player ${n}`,
    pick(games, 6),
    `affiliate-${number(7, 500)}`,
    pick(['alpha', 'beta', 'gamma'], 8),
    number(2, 100_000) / 100,
    number(9, 60),
    number(3, 10_000),
    number(1, 100),
    number(11, 50),
    18 + number(10, 60),
    date(2),
    date(4),
    date(6),
    date(8),
    number(12, 20) === 0,
    number(13, 3) > 0,
    number(14, 2) === 0,
    `"[""${pick(games, 9)}"",""${pick(games, 15)}""]"`,
  ].join(',');
}

/** Devices of every second person, and two things that happened per person in the last 60 days. */
export async function addDevicesAndEvents(client: Client, projectId: string): Promise<void> {
  await client.query(
    `SELECT ensure_behaviour_partition(now() - n * interval '28 days') FROM generate_series(0, 3) AS n`,
  );
  await client.query(
    `INSERT INTO device (id, project_id, profile_id, token, platform, push_subscription)
     SELECT gen_random_uuid(), project_id, id, 'token-' || user_id, CASE WHEN n % 4 = 0 THEN 'IOS' ELSE 'ANDROID' END,
       CASE WHEN n % 5 = 0 THEN 'UNSUBSCRIBED' ELSE 'SUBSCRIBED' END
     FROM (SELECT *, row_number() OVER () AS n FROM profile WHERE project_id = $1) AS p WHERE n % 2 = 0`,
    [projectId],
  );
  await client.query(
    `INSERT INTO behaviour (project_id, profile_id, kind, name, occurred_at)
     SELECT project_id, p.id, 'EVENT', CASE WHEN n % 3 = 0 THEN 'deposit' ELSE 'login' END, now() - random() * interval '60 days'
     FROM (SELECT *, row_number() OVER () AS n FROM profile WHERE project_id = $1) AS p, generate_series(1, 2)`,
    [projectId],
  );
  for (const table of ['profile', 'device', 'behaviour']) await client.query(`VACUUM ANALYZE ${table}`);
}
