import { newId } from '@libs/foundation';
import { type Stage, setStage } from './stage';

interface Payload {
  profile: Record<string, unknown> | null;
  userErrors: { code: string; path: string[]; message: string }[];
}

interface Page {
  nodes: Record<string, unknown>[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

describe('profiles over GraphQL', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage.close());

  async function upsert(input: object): Promise<Payload> {
    const query = `mutation ($input: UpsertProfileInput!) { upsertProfile(input: $input) {
      profile { userId email mobileNumber emailSubscription smsSubscription language timeZone country
        attributes { name value } devices { platform } }
      userErrors { code path message } } }`;
    return (await stage.ask<{ upsertProfile: Payload }>(query, { input })).upsertProfile;
  }

  async function list(args: object): Promise<Page> {
    const query = `query ($first: Int, $after: String, $search: String) {
      profiles(first: $first, after: $after, search: $search) { nodes { userId } pageInfo { hasNextPage endCursor } } }`;
    return (await stage.ask<{ profiles: Page }>(query, args)).profiles;
  }

  const idsOf = ({ nodes }: Page): unknown[] => nodes.map(({ userId }) => userId);

  it('makes a profile, changes what is given, keeps what is absent and clears what is null', async () => {
    const made = await upsert({
      userId: 'one',
      email: 'one@example.com',
      mobileNumber: '447700900123',
      emailSubscription: 'SUBSCRIBED',
      timezone: 'Europe/Paris',
      attributes: [{ name: 'tier', value: 'gold' }],
    });
    expect(made).toEqual({
      userErrors: [],
      profile: {
        userId: 'one',
        email: 'one@example.com',
        mobileNumber: '447700900123',
        emailSubscription: 'SUBSCRIBED',
        smsSubscription: 'NOT_SET',
        language: null,
        timeZone: 'Europe/Paris',
        country: null,
        attributes: [{ name: 'tier', value: 'gold' }],
        devices: [],
      },
    });
    const changed = await upsert({
      userId: 'one',
      email: null,
      emailSubscription: null,
      smsSubscription: 'UNSUBSCRIBED',
    });
    expect(changed.profile).toMatchObject({
      email: null,
      mobileNumber: '447700900123',
      emailSubscription: 'NOT_SET',
      smsSubscription: 'UNSUBSCRIBED',
      timeZone: 'Europe/Paris',
      attributes: [{ name: 'tier', value: 'gold' }],
    });
    const audit = await stage.database.query(`SELECT count(*)::int FROM audit_entry WHERE action = 'profile.upserted'`);
    expect(audit).toEqual([{ count: 2 }]);
  });

  it.each([
    ['userId', 'an empty ID', { userId: '' }],
    ['userId', 'a blank ID', { userId: ' ' }],
    ['userId', 'a zero byte', { userId: 'a\u0000b' }],
    ['email', 'no address', { userId: 'x', email: 'nobody' }],
    ['mobileNumber', 'a number with +', { userId: 'x', mobileNumber: '+447700900123' }],
    ['mobileNumber', 'a number with 00', { userId: 'x', mobileNumber: '0044770090012' }],
    ['timezone', 'no time zone', { userId: 'x', timezone: 'Nowhere' }],
    ['attributes.0.name', 'a field as attribute', { userId: 'x', attributes: [{ name: 'mobile_number', value: '1' }] }],
    ['attributes.0.value', 'a long value', { userId: 'x', attributes: [{ name: 'tier', value: 'x'.repeat(1001) }] }],
    ['attributes.0.value', 'half a letter', { userId: 'x', attributes: [{ name: 'tier', value: '\ud800' }] }],
  ])('names the field %s for %s', async (path, _, input) => {
    const { profile, userErrors } = await upsert(input);
    expect(profile).toBeNull();
    expect(userErrors[0]).toMatchObject({ code: 'INVALID', path: path.split('.') });
  });

  it('finds a profile by its exact user ID, with its devices', async () => {
    await stage.send('/imports/profiles', 'userId\nDev\n');
    await stage.send('/imports/devices', 'userId,token,platform\nDev,secret-token,IOS\n');
    const query = `query ($id: String!) { profile(userId: $id) { userId devices { platform pushSubscription isAddressable } } }`;
    expect(await stage.ask(query, { id: 'Dev' })).toEqual({
      profile: { userId: 'Dev', devices: [{ platform: 'IOS', pushSubscription: 'NOT_SET', isAddressable: true }] },
    });
    expect(await stage.ask(query, { id: 'dev' })).toEqual({ profile: null });
  });

  it('finds a profile by its id here, anonymous ones too, and in this project alone', async () => {
    const [anonymous, foreign] = [newId(), newId()];
    await stage.database.query('INSERT INTO profile (id, project_id) VALUES ($1, $2), ($3, $4)', [
      ...[anonymous, stage.projectId, foreign, newId()],
    ]);
    const query = 'query ($id: ID, $userId: String) { profile(id: $id, userId: $userId) { id userId } }';
    expect(await stage.ask(query, { id: anonymous })).toEqual({ profile: { id: anonymous, userId: null } });
    for (const id of [foreign, 'nonsense']) expect(await stage.ask(query, { id })).toEqual({ profile: null });
    for (const named of ['', '(id: "1", userId: "2")']) {
      expect((await stage.refusal(`{ profile${named} { id } }`))?.message).toContain('Name the profile by userId');
    }
  });

  it('lists profiles page by page and finds them by the beginning of a user ID, an address or a number', async () => {
    const rows = ['L1', 'L2', 'L3', 'L%'].map((id, index) => `${id},${id}@example.com,44770090020${index}`);
    await stage.send('/imports/profiles', `userId,email,mobileNumber\n${rows.join('\n')}\n`);
    const first = await list({ first: 2, search: 'L' });
    expect(idsOf(first)).toHaveLength(2);
    expect(first.pageInfo.hasNextPage).toBe(true);
    const second = await list({ first: 2, search: 'L', after: first.pageInfo.endCursor });
    expect([...idsOf(first), ...idsOf(second)].sort()).toEqual(['L%', 'L1', 'L2', 'L3']);
    expect(second.pageInfo.hasNextPage).toBe(false);
    expect(idsOf(await list({ search: 'L%' }))).toEqual(['L%']);
    expect(idsOf(await list({ search: 'l2@EXAMPLE.com' }))).toEqual(['L2']);
    expect(idsOf(await list({ search: '447700900202' }))).toEqual(['L3']);
    expect(idsOf(await list({ search: 'nobody' }))).toEqual([]);
  });

  it('lists imports newest first with their sums', async () => {
    const { body } = await stage.send('/imports/profiles', 'userId\nnew\n\n,\n');
    const query = '{ imports(first: 1) { nodes { id kind received created rejected finishedAt } } }';
    const { imports } = await stage.ask<{ imports: Page }>(query);
    expect(imports.nodes).toEqual([
      { id: body.importId, kind: 'PROFILES', received: 2, created: 1, rejected: 1, finishedAt: expect.any(String) },
    ]);
  });

  it('refuses pages that are too long and cursors of another list', async () => {
    const refused = async (query: string): Promise<string | undefined> => (await stage.refusal(query))?.message;
    expect(await refused('{ profiles(first: 100000) { nodes { userId } } }')).toMatch(/Bad Request|first/);
    expect(await refused('{ imports(first: 0) { nodes { id } } }')).toMatch(/Bad Request|first/);
    const foreign = Buffer.from('abc').toString('base64url');
    expect(await refused(`{ imports(after: "${foreign}") { nodes { id } } }`)).toMatch(/no cursor of this list/);
  });

  it('shows nothing of another project', async () => {
    const other = newId();
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, email) VALUES ($1, $2, 'hidden', 'h@example.com')`,
      [newId(), other],
    );
    expect(idsOf(await list({ search: 'hidden' }))).toEqual([]);
    expect(idsOf(await list({ search: 'h@example.com' }))).toEqual([]);
    expect(await stage.ask('{ profile(userId: "hidden") { userId } }')).toEqual({ profile: null });
  });
});
