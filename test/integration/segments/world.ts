import { randomUUID } from 'node:crypto';
import type { Stage } from '../profiles/stage';
import type { Random } from './random';

/** The instant of every evaluation, shortly after a change of clocks in the zone of the project. */
export const now = new Date('2026-11-02T15:30:00Z');
/** The zone of the project. */
export const zone = 'America/New_York';

export interface TestDevice {
  platform: 'ANDROID' | 'IOS' | 'WEB';
  appId: string;
  token: string | null;
  isAddressable: boolean;
  pushSubscription: string;
  language: string | null;
  country: string | null;
  browser: string | null;
  lastSeen: Date | null;
  attributes: Record<string, unknown>;
}

export interface TestPerson {
  id: string;
  userId: string;
  email: string | null;
  mobileNumber: string | null;
  emailSubscription: string;
  smsSubscription: string;
  isEmailAddressable: boolean;
  isMobileNumberAddressable: boolean;
  language: string | null;
  country: string | null;
  createdAt: Date;
  attributes: Record<string, unknown>;
  devices: TestDevice[];
  behaviour: { kind: 'EVENT' | 'TAG'; name: string; at: Date }[];
  deeds: { campaignId: string; deed: string; at: Date }[];
}

export const apps = [randomUUID(), randomUUID()];
export const campaigns = [randomUUID(), randomUUID()];
export const texts = ['gold', 'Gold', 'goldfish', 'silver', "o'neil; --", 'ü%_\\'];
/** Texts that values of other types would have. */
export const textsOfOthers = ['12', '3', 'true', 'false', '[1]', '{"x": 1}'];
export const lists = [['slots'], ['slots', 'poker'], ['poker', 7], [], { a: 1 }];
const answers = ['SUBSCRIBED', 'UNSUBSCRIBED', 'NOT_SET'];
/** Values that no definition allows, as they may have been stored before there was one. */
const strangers = ['12', 'true', 'soon', 3, false, [1], null, '2026-13', { x: 1 }, '2026-11-02T15:30'];
const day = 86_400_000;

export const definitions = [
  { name: 'level', type: 'STRING', target: 'PROFILE' },
  { name: 'score', type: 'NUMBER', target: 'PROFILE' },
  { name: 'birthday', type: 'DATE', target: 'PROFILE' },
  { name: 'vip', type: 'BOOLEAN', target: 'PROFILE' },
  { name: 'games', type: 'ARRAY', target: 'PROFILE' },
  { name: 'theme', type: 'STRING', target: 'DEVICE' },
  { name: 'battery', type: 'NUMBER', target: 'DEVICE' },
] as const;

/** An instant near now, often exactly on a border. */
export function instant(random: Random): Date {
  const borders = ['2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z', '2026-11-03T05:00:00Z', '2026-10-26T04:00:00Z'];
  if (random.chance(0.3)) return new Date(random.pick(borders));
  if (random.chance(0.2)) return new Date(now.getTime() + random.int(-3, 3) * day);
  return new Date(now.getTime() + random.int(-12 * 24, 12 * 24) * 3_600_000);
}

/** A date as it is stored. */
export function storedDate(random: Random): string {
  const text = `${instant(random).toISOString().slice(0, 19)}Z`;
  return random.chance(0.5) || text.endsWith('T00:00:00Z') ? text.slice(0, 10) : text;
}

const values: Record<string, (random: Random) => unknown> = {
  STRING: (random) => random.pick(texts),
  NUMBER: (random) => random.pick([-1, 0, 1, 2.5, 10, 1e9]),
  DATE: storedDate,
  BOOLEAN: (random) => random.chance(0.5),
  ARRAY: (random) => random.pick(lists),
};

function attributesOf(random: Random, target: 'PROFILE' | 'DEVICE'): Record<string, unknown> {
  const own = definitions.filter((each) => each.target === target && random.chance(0.8));
  return Object.fromEntries(
    own.map(({ name, type }) => [name, random.chance(0.12) ? random.pick(strangers) : values[type]?.(random)]),
  );
}

/** People at random. */
export function somePeople(random: Random, count: number): TestPerson[] {
  return Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    userId: `user-${index}`,
    email: random.chance(0.7) ? `u${index}@example.com` : null,
    mobileNumber: random.chance(0.7) ? `44790000${1000 + index}` : null,
    emailSubscription: random.pick(answers),
    smsSubscription: random.pick(answers),
    isEmailAddressable: random.chance(0.8),
    isMobileNumberAddressable: random.chance(0.8),
    language: random.pick(['en', 'de', null]),
    country: random.pick(['GB', 'DE', null]),
    createdAt: instant(random),
    attributes: attributesOf(random, 'PROFILE'),
    devices: Array.from({ length: random.pick([0, 0, 1, 1, 2, 3]) }, () => ({
      platform: random.pick(['ANDROID', 'IOS', 'WEB'] as const),
      appId: random.pick(apps),
      token: random.chance(0.8) ? randomUUID() : null,
      isAddressable: random.chance(0.8),
      pushSubscription: random.pick(answers),
      language: random.pick(['en', 'de', 'pt-BR', null]),
      country: random.pick(['GB', 'DE', null]),
      browser: random.pick(['CHROME', 'SAFARI', null]),
      lastSeen: random.chance(0.8) ? instant(random) : null,
      attributes: attributesOf(random, 'DEVICE'),
    })),
    behaviour: Array.from({ length: random.pick([0, 1, 3, 8]) }, () => ({
      kind: random.pick(['EVENT', 'TAG'] as const),
      name: random.pick(['deposit', 'visit']),
      at: instant(random),
    })),
    deeds: Array.from({ length: random.pick([0, 0, 1, 3]) }, () => ({
      campaignId: random.pick(campaigns),
      deed: random.pick(['OPENED', 'CLICKED']),
      at: instant(random),
    })),
  }));
}

/** Stores people past every writer, so that values which no writer would store are there too. */
export async function store(
  { database, transactions, profiles, projectId }: Stage,
  people: TestPerson[],
): Promise<void> {
  await database.query(
    `INSERT INTO app (id, project_id, name, platform, sdk_key_hash, sdk_key_hint)
     SELECT a.id, $1, a.id, 'WEB', a.id, '' FROM unnest($2::uuid[]) AS a(id)`,
    [projectId, apps],
  );
  for (const each of people) {
    await database.query(
      `INSERT INTO profile (id, project_id, user_id, email, mobile_number, email_subscription, sms_subscription,
         is_email_addressable, is_mobile_number_addressable, language, country, created_at, attributes)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        each.id,
        projectId,
        each.userId,
        each.email,
        each.mobileNumber,
        each.emailSubscription,
        each.smsSubscription,
        each.isEmailAddressable,
        each.isMobileNumberAddressable,
        each.language,
        each.country,
        each.createdAt,
        JSON.stringify(each.attributes),
      ],
    );
    for (const device of each.devices) {
      const keys = device.platform === 'WEB' && device.token ? '{"p256dh":"x","auth":"y"}' : null;
      await database.query(
        `INSERT INTO device (id, project_id, profile_id, app_id, platform, token, web_push_keys, is_addressable,
           push_subscription, language, country, browser, last_seen_at, attributes)
         VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
        [
          projectId,
          each.id,
          device.appId,
          device.platform,
          device.token,
          keys,
          device.isAddressable,
          device.pushSubscription,
          device.language,
          device.country,
          device.browser,
          device.lastSeen,
          JSON.stringify(device.attributes),
        ],
      );
    }
  }
  await database.query(
    `SELECT ensure_behaviour_partition(m) FROM generate_series('2026-09-01'::timestamptz, '2026-12-01', '1 month') AS m`,
  );
  const done = people.flatMap(({ id, behaviour }) =>
    behaviour.map((each) => [id, each.kind, each.name, each.at] as const),
  );
  for (const row of done) {
    await database.query(
      'INSERT INTO behaviour (project_id, profile_id, kind, name, occurred_at) VALUES ($1, $2, $3, $4, $5)',
      [projectId, ...row],
    );
  }
  const deeds = people.flatMap(({ id, deeds }) => deeds.map((each) => ({ profileId: id, medium: 'EMAIL', ...each })));
  await transactions.run((tx) => profiles.recordDeeds(tx, projectId, deeds as never));
}
