import { newId } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import type { ReachRow } from '@modules/profiles';
import { type Stage, setStage } from './stage';

describe('many people at once', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
    await stage.send(
      '/imports/profiles',
      [
        'userId,email,mobileNumber,emailSubscription,smsSubscription,language,timezone,country,tier',
        'full,full@example.com,447700900001,SUBSCRIBED,UNSUBSCRIBED,en,Europe/London,GB,gold',
        'bare,,,,,,,,',
        'Full,upper@example.com,,,,,,,',
      ].join('\n'),
    );
    await stage.send(
      '/imports/devices',
      'userId,token,platform,pushSubscription\nfull,token-a,ANDROID,\nfull,token-i,IOS,UNSUBSCRIBED\n',
    );
  }, 60_000);
  afterAll(() => stage.close());

  const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => stage.transactions.run(work);
  const ids = (...userIds: string[]): Promise<Map<string, string>> =>
    inTx((tx) => stage.profiles.resolveUserIds(tx, stage.projectId, userIds));
  async function idOf(userId: string): Promise<string> {
    const id = (await ids(userId)).get(userId);
    if (!id) throw new Error(`no profile ${userId}`);
    return id;
  }
  const reach = async (media: ReachRow['medium'][], ...userIds: string[]): Promise<ReachRow[]> => {
    const found = [...(await ids(...userIds)).values()];
    return inTx((tx) => stage.profiles.reach(tx, stage.projectId, found, media));
  };

  it('are resolved exactly, within the project', async () => {
    const found = await ids('full', 'Full', 'FULL', 'bare', 'full');
    expect([...found.keys()].sort()).toEqual(['Full', 'bare', 'full']);
    expect(found.get('full')).not.toBe(found.get('Full'));
    expect(await inTx((tx) => stage.profiles.resolveUserIds(tx, newId(), ['full']))).toEqual(new Map());
    expect(await ids()).toEqual(new Map());
  });

  it('give their stored and system values', async () => {
    const full = await idOf('full');
    const bare = await idOf('bare');
    const values = await inTx((tx) => stage.profiles.storedValues(tx, stage.projectId, [full, bare]));
    expect(values.get(full)).toEqual({
      user_id: 'full',
      email: 'full@example.com',
      mobile_number: '447700900001',
      email_subscription: 'SUBSCRIBED',
      sms_subscription: 'UNSUBSCRIBED',
      language: 'en',
      timezone: 'Europe/London',
      country: 'GB',
      tier: 'gold',
    });
    expect(values.get(bare)).toMatchObject({ user_id: 'bare', email: null, email_subscription: 'NOT_SET' });
  });

  it('are reached by one row per address', async () => {
    const profileId = await idOf('full');
    const rows = await reach(['MOBILE_PUSH', 'EMAIL', 'SMS', 'WEB_PUSH'], 'full', 'bare');
    expect(rows.sort((a, b) => (a.address < b.address ? -1 : 1))).toEqual([
      {
        profileId,
        medium: 'SMS',
        addressKey: 'mobile',
        address: '447700900001',
        platform: null,
        pushService: null,
        apnsEnvironment: null,
        browser: null,
        encryptionKeys: null,
        appId: null,
        isAddressable: true,
        subscription: 'UNSUBSCRIBED',
        version: expect.any(String),
      },
      {
        profileId,
        medium: 'EMAIL',
        addressKey: 'email',
        address: 'full@example.com',
        platform: null,
        pushService: null,
        apnsEnvironment: null,
        browser: null,
        encryptionKeys: null,
        appId: null,
        isAddressable: true,
        subscription: 'SUBSCRIBED',
        version: expect.any(String),
      },
      {
        profileId,
        medium: 'MOBILE_PUSH',
        addressKey: expect.any(String),
        address: 'token-a',
        platform: 'ANDROID',
        pushService: 'FCM',
        apnsEnvironment: null,
        browser: null,
        encryptionKeys: null,
        appId: null,
        isAddressable: true,
        subscription: 'NOT_SET',
        version: expect.any(String),
      },
      {
        profileId,
        medium: 'MOBILE_PUSH',
        addressKey: expect.any(String),
        address: 'token-i',
        platform: 'IOS',
        pushService: 'FCM',
        apnsEnvironment: null,
        browser: null,
        encryptionKeys: null,
        appId: null,
        isAddressable: true,
        subscription: 'UNSUBSCRIBED',
        version: expect.any(String),
      },
    ]);
  });

  it('names every address once, however often a person is asked for', async () => {
    const profileId = await idOf('full');
    const reached = (profileIds: string[]): Promise<ReachRow[]> =>
      inTx((tx) => stage.profiles.reach(tx, stage.projectId, profileIds, ['MOBILE_PUSH', 'EMAIL', 'INBOX', 'IN_APP']));
    expect(await reached([profileId, profileId])).toEqual(await reached([profileId]));
  });

  it('give what suppression lists are looked up by', async () => {
    const profileId = await idOf('bare');
    expect(await inTx((tx) => stage.profiles.contacts(tx, stage.projectId, [profileId]))).toEqual([
      {
        profileId,
        ownerId: profileId,
        userId: 'bare',
        email: null,
        mobileNumber: null,
        isSignedOut: false,
        version: expect.any(String),
      },
    ]);
  });

  it('are not reached at an address that a provider called dead, until they have another', async () => {
    await stage.send('/imports/profiles', 'userId,email,mobileNumber\ndead,dead@example.com,447700900009\n');
    await stage.send('/imports/devices', 'userId,token,platform\ndead,token-1,IOS\ndead,token-2,IOS\n');
    const profileId = await idOf('dead');
    const deviceKey = (await reach(['MOBILE_PUSH'], 'dead')).find(({ address }) => address === 'token-1')?.addressKey;
    const reason = 'UNREGISTERED';
    await inTx((tx) =>
      stage.profiles.markUnreachable(tx, stage.projectId, [
        { medium: 'MOBILE_PUSH', profileId, addressKey: deviceKey ?? '', address: 'token-1', reason },
        { medium: 'EMAIL', profileId, addressKey: 'email', address: 'dead@example.com', reason },
        { medium: 'SMS', profileId, addressKey: 'mobile', address: '447700900009', reason },
      ]),
    );
    const media: ReachRow['medium'][] = ['MOBILE_PUSH', 'EMAIL', 'SMS'];
    const addressable = async (): Promise<string[]> =>
      (await reach(media, 'dead')).flatMap((row) => (row.isAddressable ? [row.address] : [])).sort();
    expect(await addressable()).toEqual(['token-2']);
    // Another spelling is the same mailbox.
    await stage.send('/imports/profiles', 'userId,email,mobileNumber\ndead,Dead@Example.com,447700900009\n');
    await stage.send('/imports/devices', 'userId,token,platform\ndead,token-1,IOS\ndead,token-2,IOS\n');
    expect(await addressable()).toEqual(['token-2']);
    await stage.send('/imports/profiles', 'userId,email,mobileNumber\ndead,alive@example.com,447700900010\n');
    expect(await addressable()).toEqual(['447700900010', 'alive@example.com', 'token-2']);
    // An answer about the old address that comes late says nothing of the new one.
    await inTx((tx) =>
      stage.profiles.markUnreachable(tx, stage.projectId, [
        { medium: 'EMAIL', profileId, addressKey: 'email', address: 'dead@example.com', reason },
        { medium: 'SMS', profileId, addressKey: 'mobile', address: '447700900009', reason },
      ]),
    );
    expect(await addressable()).toEqual(['447700900010', 'alive@example.com', 'token-2']);
  });

  it('are not reached at an address that was dead before they got it, in whatever way they got it', async () => {
    await stage.send('/imports/profiles', 'userId,email,mobileNumber\nburied,buried@example.com,447700900019\n');
    const profileId = await idOf('buried');
    const reason = 'No such mailbox';
    await inTx((tx) =>
      stage.profiles.markUnreachable(tx, stage.projectId, [
        { medium: 'EMAIL', profileId, addressKey: 'email', address: 'buried@example.com', reason },
        { medium: 'SMS', profileId, addressKey: 'mobile', address: '447700900019', reason },
      ]),
    );
    const states = async (userId: string): Promise<boolean[]> =>
      (await reach(['EMAIL', 'SMS'], userId)).map(({ isAddressable }) => isAddressable);
    const columns = 'userId,email,mobileNumber';
    await stage.send(
      '/imports/profiles',
      `${columns}\nheir,Buried@example.com,447700900019\nlucky,x@example.com,447700900018\n`,
    );
    expect(await states('heir')).toEqual([false, false]);
    expect(await states('lucky')).toEqual([true, true]);

    await stage.send('/imports/profiles', `${columns}\nlucky,buried@example.com,447700900018\n`);
    expect(await states('lucky')).toEqual([false, true]);

    const many = Array.from(
      { length: 300 },
      (_, index) => `many-${index},m${index}@example.com,4477009001${100 + index}`,
    );
    await stage.send(
      '/imports/profiles',
      `${columns}\n${many.join('\n')}\nmany-heir,buried@example.com,447700900019\n`,
    );
    expect(await states('many-heir')).toEqual([false, false]);
    expect(await states('many-299')).toEqual([true, true]);

    const upsert =
      'mutation ($input: UpsertProfileInput!) { upsertProfile(input: $input) { profile { isEmailAddressable } } }';
    expect(await stage.ask(upsert, { input: { userId: 'by-hand', email: 'BURIED@example.com' } })).toEqual({
      upsertProfile: { profile: { isEmailAddressable: false } },
    });

    const numbers = [
      { userId: 'matched', number: '447700900019' },
      { userId: 'lucky', number: '447700900019' },
      { userId: 'matched-well', number: '447700900017' },
    ];
    await inTx((tx) => stage.profiles.importNumbers(tx, stage.projectId, { numbers, subscribeWhenNotSet: false }));
    expect(await states('matched')).toEqual([false]);
    expect(await states('lucky')).toEqual([false, false]);
    expect(await states('matched-well')).toEqual([true]);
    const reasons = await stage.database.query(
      'SELECT DISTINCT unreachable_reason FROM profile WHERE NOT is_mobile_number_addressable AND mobile_number = $1',
      ['447700900019'],
    );
    expect(reasons).toEqual([{ unreachable_reason: reason }]);
  });

  it('are reached at an address that is dead in another project only', async () => {
    await stage.database.query(
      `INSERT INTO profile (id, project_id, user_id, email, is_email_addressable) VALUES ($1, $2, 'theirs', 'theirs@example.com', false)`,
      [newId(), newId()],
    );
    await stage.send('/imports/profiles', 'userId,email\nours,theirs@example.com\n');
    expect(await reach(['EMAIL'], 'ours')).toMatchObject([{ isAddressable: true }]);
  });

  it('are never marked through another project', async () => {
    const profileId = await idOf('full');
    await inTx((tx) =>
      stage.profiles.markUnreachable(tx, newId(), [
        { medium: 'EMAIL', profileId, addressKey: 'email', address: 'full@example.com', reason: 'x' },
      ]),
    );
    expect(await reach(['EMAIL'], 'full')).toMatchObject([{ isAddressable: true }]);
  });

  it('take imported numbers: known people keep what they said, missing ones are made', async () => {
    await stage.send(
      '/imports/profiles',
      'userId,smsSubscription\nsaid-yes,SUBSCRIBED\nsaid-no,UNSUBSCRIBED\nsaid-nothing,\n',
    );
    const numbers = ['said-yes', 'said-no', 'said-nothing', 'unknown'].map((userId, index) => ({
      userId,
      number: `44770090030${index}`,
    }));
    const take = (subscribeWhenNotSet: boolean): Promise<Map<string, string>> =>
      inTx((tx) => stage.profiles.importNumbers(tx, stage.projectId, { numbers, subscribeWhenNotSet }));
    const saved = (): Promise<unknown> =>
      stage.database.query(
        `SELECT user_id, mobile_number, sms_subscription FROM profile WHERE mobile_number LIKE '44770090030%' ORDER BY mobile_number`,
      );
    const made = await take(false);
    expect([...made.keys()].sort()).toEqual(['said-no', 'said-nothing', 'said-yes', 'unknown']);
    expect(await saved()).toEqual([
      { user_id: 'said-yes', mobile_number: '447700900300', sms_subscription: 'SUBSCRIBED' },
      { user_id: 'said-no', mobile_number: '447700900301', sms_subscription: 'UNSUBSCRIBED' },
      { user_id: 'said-nothing', mobile_number: '447700900302', sms_subscription: 'NOT_SET' },
      { user_id: 'unknown', mobile_number: '447700900303', sms_subscription: 'NOT_SET' },
    ]);
    expect(await take(true)).toEqual(made);
    expect(await saved()).toEqual([
      { user_id: 'said-yes', mobile_number: '447700900300', sms_subscription: 'SUBSCRIBED' },
      { user_id: 'said-no', mobile_number: '447700900301', sms_subscription: 'UNSUBSCRIBED' },
      { user_id: 'said-nothing', mobile_number: '447700900302', sms_subscription: 'SUBSCRIBED' },
      { user_id: 'unknown', mobile_number: '447700900303', sms_subscription: 'SUBSCRIBED' },
    ]);
  });

  it('take the last number where one user ID comes twice', async () => {
    const numbers = ['447700900400', '447700900401'].map((number) => ({ userId: 'double', number }));
    await inTx((tx) => stage.profiles.importNumbers(tx, stage.projectId, { numbers, subscribeWhenNotSet: false }));
    expect(await reach(['SMS'], 'double')).toMatchObject([{ address: '447700900401' }]);
  });

  it('take 20,000 numbers in one statement', async () => {
    const numbers = Array.from({ length: 20_000 }, (_, index) => ({
      userId: `mass${index}`,
      number: `4477${String(index).padStart(8, '0')}`,
    }));
    const made = await inTx((tx) =>
      stage.profiles.importNumbers(tx, stage.projectId, { numbers, subscribeWhenNotSet: true }),
    );
    expect(made.size).toBe(20_000);
    const rows = await inTx((tx) => stage.profiles.reach(tx, stage.projectId, [...made.values()], ['SMS']));
    expect(rows).toHaveLength(20_000);
  }, 20_000);
});
