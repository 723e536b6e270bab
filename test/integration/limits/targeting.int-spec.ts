import { newId } from '@libs/foundation';
import { CountRecipients } from '../../../src/profiles/segments/count-recipients';
import { mutate } from '../../support/campaign-stage';
import { type LimitStage, setStage, texts } from './stage';

const webPush = { webPush: { title: 'Hello', body: 'Hello' } };
const iphone = `${'a1'.repeat(31)}`;

describe('a campaign kept to some devices', () => {
  let stage: LimitStage;
  const keys: Record<string, string> = {};
  const apps: Record<string, string> = {};
  const devices = new Map<string, string>();

  beforeAll(async () => {
    stage = await setStage();
    const { endpoints } = stage.farEnds;
    await apnsAccount();
    await account('webpush', { subject: 'mailto:ops@example.com', baseUrl: endpoints.webPushBaseUrl });
    for (const platform of ['ANDROID', 'IOS', 'WEB']) {
      const { app, sdkKey } = await mutate<{ app: { id: string }; sdkKey: string }>(
        stage.graphql,
        'createApp',
        'CreateAppInput',
        'app { id } sdkKey',
        { name: platform, platform },
      );
      keys[platform] = sdkKey;
      apps[platform] = app.id;
    }
    const apns = { pushService: 'APNS' };
    await install('phone-android', 'ANDROID', { pushToken: 'android' });
    await install('phone-store', 'IOS', { pushToken: `00${iphone}`, ...apns });
    await install('phone-xcode', 'IOS', { pushToken: `5b${iphone}`, ...apns, apnsEnvironment: 'SANDBOX' });
    await install('phone-fcm', 'IOS', { pushToken: 'ios' });
    for (const browser of ['CHROME', 'EDGE', 'FIREFOX', null]) {
      await install(`site-${browser}`, 'WEB', { webPush: stage.farEnds.subscriptions.subscribe(null), browser });
    }
  }, 120_000);
  afterAll(() => stage?.close());

  const account = (provider: string, settings: Record<string, string>, appId?: string): Promise<unknown> =>
    mutate(stage.graphql, 'createProviderAccount', 'CreateProviderAccountInput', 'providerAccount { id }', {
      ...{ provider, name: provider, appId },
      settings: Object.entries(settings).map(([name, value]) => ({ name, value })),
    });
  const apnsAccount = (appId?: string): Promise<unknown> => {
    const { endpoints } = stage.farEnds;
    const settings = {
      privateKey: endpoints.apnsPrivateKey,
      keyId: endpoints.apnsKeyId,
      teamId: endpoints.apnsTeamId,
      topic: endpoints.apnsTopic,
      baseUrl: endpoints.apnsBaseUrl,
    };
    return account('apns', settings, appId);
  };
  const removeAccount = async (provider: string): Promise<void> => {
    const query = '{ providerAccounts { id provider } }';
    const { providerAccounts } = await stage.graphql<{ providerAccounts: { id: string; provider: string }[] }>(query);
    const id = providerAccounts.find((each) => each.provider === provider)?.id;
    await mutate(stage.graphql, 'deleteProviderAccount', 'DeleteProviderAccountInput', 'deletedId', { id });
  };
  /** A browser as another push service would serve it. */
  const subscribe = (host: string): object => {
    const { endpoint, keys: own } = stage.farEnds.subscriptions.subscribe(null);
    return { endpoint: endpoint.replace(new URL(endpoint).host, host), keys: own };
  };
  const call = (method: string, path: string, init: { headers: object; body: object }): Promise<Response> =>
    fetch(`${stage.apiUrl}/sdk/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...init.headers },
      body: JSON.stringify(init.body),
    });
  const register = (platform: string, facts: object): Promise<Response> =>
    call('POST', 'devices', {
      headers: { 'x-app-key': keys[platform] ?? '' },
      body: { installationId: newId(), ...facts },
    });
  const install = async (userId: string, platform: string, facts: object): Promise<string> => {
    const registered = await register(platform, facts);
    expect(registered.status).toBe(201);
    const { deviceId = '', deviceSecret = '' } = (await registered.json()) as Record<string, string>;
    const headers = { authorization: `Bearer ${deviceSecret}` };
    expect((await call('PUT', 'device/user', { headers, body: { userId } })).status).toBe(200);
    devices.set(deviceId, userId);
    return deviceSecret;
  };
  /** Whose devices took the message, and why others got nothing. */
  const sent = async (who: string, content: object): Promise<{ to: string[]; reasons: string[] }> => {
    const executionId = await stage.launched(who, content);
    await stage.run(executionId);
    const rows = await stage.database.query<{ key: string }>(
      `SELECT address_key AS key FROM delivery WHERE execution_id = $1 AND state = 'ACCEPTED'`,
      [executionId],
    );
    const ends = await stage.endings(executionId);
    return {
      to: rows.map(({ key }) => devices.get(key) ?? '').sort(),
      reasons: [...new Set(ends.flatMap(({ state, reason }) => (reason ? [`${state}: ${reason}`] : [])))],
    };
  };

  it('reaches the iPhones of one environment at that host of Apple alone, and other phones as before', async () => {
    const production = { ...texts.mobilePush, targeting: { apnsEnvironments: ['PRODUCTION'] } };
    expect((await sent('phone-', production)).to).toEqual(['phone-android', 'phone-fcm', 'phone-store']);
    const sandbox = { ...texts.mobilePush, targeting: { platforms: ['IOS'], apnsEnvironments: ['SANDBOX'] } };
    const { to, reasons } = await sent('phone-', sandbox);
    expect(to).toEqual(['phone-xcode']);
    expect(reasons.sort()).toEqual([
      'NOT_IN_SEGMENT: The campaign is kept to IOS',
      'NOT_IN_SEGMENT: The campaign is kept to iPhones of SANDBOX',
    ]);
    const received = stage.farEnds.inbox.report().apns.last;
    expect(received.map(({ token, environment }) => [token.slice(0, 2), environment]).sort()).toEqual([
      ['00', 'PRODUCTION'],
      ['5b', 'SANDBOX'],
    ]);
  });

  it('reaches the browsers that are named', async () => {
    const to = async (...browsers: string[]) => (await sent('site-', { ...webPush, targeting: { browsers } })).to;
    expect(await to('CHROME')).toEqual(['site-CHROME']);
    expect(await to('EDGE', 'FIREFOX')).toEqual(['site-EDGE', 'site-FIREFOX']);
    expect(await to('OTHER')).toEqual(['site-null']);
    const { reasons } = await sent('site-', { ...webPush, targeting: { browsers: ['SAFARI'] } });
    expect(reasons).toEqual(['NOT_IN_SEGMENT: The campaign is kept to SAFARI']);
  });

  it('is counted as it would be sent', async () => {
    const rules = JSON.stringify({ rules: [{ kind: 'attribute', name: 'user_id', is: 'isSet' }] });
    const sumsOf = async (targeting: object | null) => {
      const { count } = await mutate<{ count: { id: string } }>(
        stage.graphql,
        'calculateRecipients',
        'CalculateRecipientsInput',
        'count { id }',
        { rules, targeting },
      );
      await stage.app.get(CountRecipients, { strict: false }).run(count.id);
      const sums = 'query ($id: ID!) { recipientCount(id: $id) { mobilePush webPush inside } }';
      return Object.values((await stage.graphql<{ recipientCount: object }>(sums, { id: count.id })).recipientCount);
    };
    expect(await sumsOf(null)).toEqual([4, 4, 8]);
    expect(await sumsOf({ apnsEnvironments: ['PRODUCTION'], browsers: ['EDGE'] })).toEqual([3, 1, 8]);
    expect(await sumsOf({ platforms: ['IOS'], apnsEnvironments: ['SANDBOX'] })).toEqual([1, 4, 8]);
  });

  it('may be for a segment that asks for the same facts', async () => {
    const counted = async (name: string, value: string) => {
      const rules = JSON.stringify({ rules: [{ kind: 'attribute', name, is: 'equals', value }] });
      const input = { rules };
      const { count } = await mutate<{ count: { id: string } }>(
        stage.graphql,
        'calculateRecipients',
        'CalculateRecipientsInput',
        'count { id }',
        input,
      );
      await stage.app.get(CountRecipients, { strict: false }).run(count.id);
      const people = 'query ($id: ID!) { recipientCount(id: $id) { people } }';
      return (await stage.graphql<{ recipientCount: { people: number } }>(people, { id: count.id })).recipientCount
        .people;
    };
    expect(await counted('device_browser', 'CHROME')).toBe(1);
    expect(await counted('device_apns_environment', 'SANDBOX')).toBe(1);
  });

  it('hears of a browser from sites alone, and goes by the push service until it does', async () => {
    const refused = await register('ANDROID', { browser: 'CHROME' });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ errors: [{ field: 'browser', message: expect.stringContaining('Only sites') }] }),
    ]);
    const unknown = await register('WEB', { browser: 'NETSCAPE' });
    expect([unknown.status, await unknown.json()]).toEqual([
      400,
      expect.objectContaining({ errors: [expect.objectContaining({ field: 'browser' })] }),
    ]);
    const secret = await install('later', 'WEB', {});
    const browser = async () => {
      const query = '{ profile(userId: "later") { devices { browser } } }';
      const { profile } = await stage.graphql<{ profile: { devices: { browser: string | null }[] } }>(query);
      return profile.devices[0]?.browser;
    };
    const report = (body: object) => call('PATCH', 'device', { headers: { authorization: `Bearer ${secret}` }, body });
    expect(await browser()).toBeNull();
    await report({ webPush: subscribe('web.push.apple.com') });
    expect(await browser()).toBe('SAFARI');
    await report({ browser: 'OTHER' });
    await report({ webPush: subscribe('web.push.apple.com') });
    expect(await browser()).toBe('OTHER');
    await report({ webPush: subscribe('fcm.googleapis.com'), browser: null });
    expect(await browser()).toBe('CHROME');
  });

  it('is warned of while no provider account takes messages for some of them', async () => {
    const warnings = async (content: object = {}): Promise<string[]> => {
      const { campaign } = await mutate<{
        campaign: { findings: { code: string; path: string[]; message: string }[] };
      }>(
        stage.graphql,
        'createDirectCampaign',
        'CreateDirectCampaignInput',
        'campaign { findings { code path message severity } }',
        { name: `Reviewed ${newId()}`, content: { ...texts.mobilePush, ...content } },
      );
      const own = campaign.findings.filter(({ code }) => code === 'NO_ACCOUNT');
      return own.map(({ path, message }) => `${path.join('.')} ${message}`);
    };
    const expected = (phones: string, service: string): string =>
      `content.mobilePush There are phones of ${phones} with tokens of ${service}, and no provider account takes messages for them: they would get nothing`;
    expect(await warnings()).toEqual([]);
    await removeAccount('apns');
    expect(await warnings()).toEqual([expected('“IOS”', 'APNS')]);
    expect(await warnings({ appIds: [apps.ANDROID] })).toEqual([]);
    expect(await warnings({ targeting: { platforms: ['ANDROID'] } })).toEqual([]);
    await apnsAccount(apps.IOS);
    expect(await warnings()).toEqual([]);

    await stage.database.query(
      `INSERT INTO device (id, project_id, profile_id, token, platform)
       SELECT gen_random_uuid(), $1, id, 'imported', 'ANDROID' FROM profile WHERE user_id = 'phone-android'`,
      [stage.projectId],
    );
    await removeAccount('fcm');
    expect(await warnings()).toEqual([expected('“ANDROID”, “IOS”, no app', 'FCM')]);
    expect(await warnings({ appIds: [apps.IOS] })).toEqual([expected('“IOS”', 'FCM')]);
    expect(await warnings({ targeting: { platforms: ['IOS'], apnsEnvironments: ['SANDBOX'] } })).toEqual([]);
    await stage.database.query(`UPDATE device SET is_addressable = false WHERE apns_environment IS NULL`);
    expect(await warnings()).toEqual([]);
  });
});
