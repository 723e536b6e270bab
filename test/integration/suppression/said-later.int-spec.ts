import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Merges } from '@modules/profiles';
import { LearnFromLists } from '@modules/suppression';
import { type GuardedApp, guardedApp } from './guarded-app';
import { type Account, type Stage, setStage } from './stage';
import { days, syncSteps } from './sync-steps';

/** How somebody says of a person that an attribute is true. */
type Say = (name: string, userId: string) => Promise<void>;

/** When the first of the days is over in each of these zones. */
const ends = [
  { timeZone: 'UTC', endedAt: '2026-05-02T00:00:00Z' },
  { timeZone: 'Pacific/Auckland', endedAt: '2026-05-01T12:00:00Z' },
  { timeZone: 'America/New_York', endedAt: '2026-05-02T04:00:00Z' },
];

describe('what an app or an import says of people after the day of the data', () => {
  let stage: Stage;
  let app: GuardedApp;
  const { choose, passDay, runNow, syncs, addRule, decide, valueOnProfile, load } = syncSteps(() => stage);

  beforeAll(async () => {
    stage = await setStage();
    app = await guardedApp(stage);
  });
  afterAll(() => stage.close());

  const fileOf = async (name: string, userIds: string[]): Promise<void> => {
    const body = `userId,${name}\n${userIds.map((userId) => `${userId},true\n`).join('')}`;
    expect((await stage.rest('/imports/profiles', { method: 'POST', body })).status).toBeLessThan(300);
  };
  const sayByApp = async (name: string, userId: string, value: boolean): Promise<void> => {
    const phone = await app.install();
    await app.signIn(phone, userId);
    expect(await phone.call('PATCH', '/attributes', { profile: { [name]: value } })).toBe(204);
  };
  const roads: [string, Say][] = [
    ['an app', (name, userId) => sayByApp(name, userId, true)],
    [
      'an app before the person signs in',
      async (name, userId) => {
        await stage.addProfiles([userId]);
        const phone = await app.install();
        expect(await phone.call('PATCH', '/attributes', { profile: { [name]: true } })).toBe(204);
        await app.signIn(phone, userId);
      },
    ],
    [
      'GraphQL',
      async (name, userId) => {
        const input = { userId, attributes: [{ name, value: 'true' }] };
        const { userErrors } = await stage.mutate('upsertProfile', 'UpsertProfileInput', 'profile { id }', input);
        expect(userErrors).toEqual([]);
      },
    ],
    [
      'a file of people who are there',
      async (name, userId) => {
        await stage.addProfiles([userId]);
        await fileOf(name, [userId]);
      },
    ],
    [
      'a file of many people who are new',
      (name, userId) => fileOf(name, [userId, ...Array.from({ length: 300 }, (_, index) => `${name}-${index}`)]),
    ],
  ];
  const profileOf = async (userId: string): Promise<string> =>
    (await stage.database.query<{ id: string }>('SELECT id FROM profile WHERE user_id = $1', [userId]))[0]?.id ?? '';
  /** What the profile has, and what the gate says. */
  const standing = async (account: Account, name: string, userId: string): Promise<unknown[]> => {
    const profileId = await profileOf(userId);
    return [await valueOnProfile(profileId, name), await decide(account, profileId)];
  };

  it('has every road', () => expect(roads).toHaveLength(5));

  it.each(roads)('%s: stays, and is told, until data of its own day say something else', async (_road, say) => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const userId = `${name}-excluded`;
    await say(name, userId);
    await passDay(account, days[0], name, { [userId]: 'false' });
    await runNow(account);
    expect(await standing(account, name, userId)).toEqual([true, 'SUPPRESSED']);
    expect((await syncs(id))[0]).toMatchObject({ state: 'SUCCEEDED', received: 1, added: 1, keptOwn: 1 });
    await passDay(account, new Date().toISOString().slice(0, 10), name, { [userId]: 'no' });
    await runNow(account);
    expect(await standing(account, name, userId)).toEqual([false, 'ALLOWED']);
    expect((await syncs(id))[0]).toMatchObject({ received: 1, keptOwn: 0 });
  });

  it.each(ends)('is later from the end of that day in the zone of the connection: $timeZone', async (end) => {
    expect(ends).toHaveLength(3);
    const account = await stage.connect({}, { timeZone: end.timeZone });
    const { id, name } = await choose(account);
    await addRule(id);
    const [before, then] = [`${name}-before`, `${name}-then`];
    const endedAt = Date.parse(end.endedAt);
    for (const [userId, at] of [[before, endedAt - 1] as const, [then, endedAt] as const]) {
      await sayByApp(name, userId, true);
      await stage.database.query(
        'UPDATE profile SET attributes_said_at = jsonb_build_object($2::text, $3::text) WHERE user_id = $1',
        [userId, name, new Date(at).toISOString()],
      );
    }
    await passDay(account, days[0], name, { [before]: 'false', [then]: 'false' });
    await runNow(account);
    expect(await standing(account, name, before)).toEqual([false, 'ALLOWED']);
    expect(await standing(account, name, then)).toEqual([true, 'SUPPRESSED']);
    expect((await syncs(id))[0]).toMatchObject({ received: 2, keptOwn: 1 });
  });

  it('never stands against a value that excludes', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    await sayByApp(name, 'said-no', false);
    await passDay(account, days[0], name, { 'said-no': 'true' });
    await runNow(account);
    expect(await standing(account, name, 'said-no')).toEqual([true, 'SUPPRESSED']);
    expect((await syncs(id))[0]).toMatchObject({ keptOwn: 0 });
  });

  it('stays where no rule says yet what excludes, for the rule that comes', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await sayByApp(name, 'said-early', true);
    await passDay(account, days[0], name, { 'said-early': 'false' });
    await runNow(account);
    await addRule(id);
    expect(await standing(account, name, 'said-early')).toEqual([true, 'SUPPRESSED']);
  });

  it('stays when a complete file of that day names the person no more, unlike what Optimove said', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    await stage.addProfiles(['file-said', 'file-unsaid']);
    await passDay(account, days[0], name, { 'file-said': 'true', 'file-unsaid': 'true' });
    await runNow(account);
    await sayByApp(name, 'file-said', true);
    expect((await load(id, days[0], 'userId,value\nsomebody,false\n')).status).toBe(200);
    expect(await standing(account, name, 'file-said')).toEqual([true, 'SUPPRESSED']);
    expect(await standing(account, name, 'file-unsaid')).toEqual([null, 'ALLOWED']);
    expect((await syncs(id))[0]).toMatchObject({ source: 'FILE', cleared: 2, keptOwn: 1 });
  });

  it('stays when a list of that day names the person, also where Optimove had said the same', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    await stage.addProfiles(['list-said', 'list-unsaid']);
    await passDay(account, days[0], name, { 'list-said': 'true', 'list-unsaid': 'true' });
    await runNow(account);
    await sayByApp(name, 'list-said', true);
    const connection = await stage.app.get(ConnectionsService).get(stage.actor.projectId, account.connectionId);
    const rows = ['list-said', 'list-unsaid'].map((customerId) => ({ customerId, attributes: ['false'] }));
    const page = { connection, dataDate: days[0], askedAt: new Date(), attributes: [name], rows };
    await stage.transactions.run((tx) => stage.app.get(LearnFromLists).learn(tx, page));
    expect(await standing(account, name, 'list-said')).toEqual([true, 'SUPPRESSED']);
    expect(await standing(account, name, 'list-unsaid')).toEqual([false, 'ALLOWED']);
  });

  it('goes over to the person who signs in, of two exclusions the later one', async () => {
    await stage.addProfiles(['both-said']);
    const person = await profileOf('both-said');
    const set = `UPDATE profile SET attributes = '{"gamStop": true}', attributes_said_at = $2::jsonb WHERE id = $1`;
    await stage.database.query(set, [person, { gamStop: '2026-05-01T10:00:00Z' }]);
    const phone = await app.install();
    expect(await phone.call('PATCH', '/attributes', { profile: { gamStop: true } })).toBe(204);
    await app.signIn(phone, 'both-said');
    await passDay(app.account, days[0], 'gamStop', { 'both-said': 'false' });
    await runNow(app.account);
    expect(await standing(app.account, 'gamStop', 'both-said')).toEqual([true, 'SUPPRESSED']);
  });

  it('goes over with the latest of the times of several phones that turn out to be one person', async () => {
    await stage.addProfiles(['many-phones', 'late', 'untimed']);
    const [into, late, untimed] = [await profileOf('many-phones'), await profileOf('late'), await profileOf('untimed')];
    const set = `UPDATE profile SET attributes = '{"gamStop": true}', attributes_said_at = $2::jsonb WHERE id = $1`;
    await stage.database.query(set, [late, { gamStop: '2026-05-03T10:00:00Z' }]);
    await stage.database.query(set, [untimed, null]);
    const merges = [late, untimed].map((from) => ({ from: from ?? '', into: into ?? '' }));
    await stage.app
      .get(Transactions)
      .run((tx) => stage.app.get(Merges, { strict: false }).tell(tx, stage.actor.projectId, merges));
    await passDay(app.account, days[1], 'gamStop', { 'many-phones': 'false' });
    await runNow(app.account);
    expect(await standing(app.account, 'gamStop', 'many-phones')).toEqual([true, 'SUPPRESSED']);
  });

  it('is forgotten with the value: what the app takes back stands against nothing', async () => {
    const account = await stage.connect();
    const { id, name } = await choose(account);
    await addRule(id);
    const phone = await app.install();
    await app.signIn(phone, 'taken-back');
    for (const value of [true, null])
      expect(await phone.call('PATCH', '/attributes', { profile: { [name]: value } })).toBe(204);
    const [kept] = await stage.database.query(
      `SELECT attributes_said_at AS times FROM profile WHERE user_id = 'taken-back'`,
    );
    expect(kept).toEqual({ times: null });
    await passDay(account, days[0], name, { 'taken-back': 'false' });
    await runNow(account);
    expect(await standing(account, name, 'taken-back')).toEqual([false, 'ALLOWED']);
  });
});
