import { newId } from '@libs/foundation';
import { mutate } from '../../support/campaign-stage';
import { type LimitStage, setStage, texts } from './stage';

jest.setTimeout(60_000);

describe('a campaign for one app', () => {
  let stage: LimitStage;
  const apps: Record<string, { id: string; sdkKey: string }> = {};
  const devices: Record<string, { id: string; secret: string }> = {};

  beforeAll(async () => {
    stage = await setStage();
    for (const provider of ['inbox', 'in-app']) {
      const account = { provider, name: provider, settings: [] };
      await mutate(
        stage.graphql,
        'createProviderAccount',
        'CreateProviderAccountInput',
        'providerAccount { id }',
        account,
      );
    }
    for (const [name, platform] of [
      ['casino', 'ANDROID'],
      ['sports', 'IOS'],
      ['site', 'WEB'],
    ] as const) {
      const { app, sdkKey } = await mutate<{ app: { id: string }; sdkKey: string }>(
        stage.graphql,
        'createApp',
        'CreateAppInput',
        'app { id } sdkKey',
        { name, platform },
      );
      apps[name] = { id: app.id, sdkKey };
    }
    await install('app-both', 'casino');
    await install('app-both', 'sports');
    await install('app-elsewhere', 'sports');
  }, 120_000);
  afterAll(() => stage?.close());

  const call = (path: string, init: { method: string; headers: object; body?: object }): Promise<Response> =>
    fetch(`${stage.apiUrl}/sdk/v1/${path}`, {
      method: init.method,
      headers: { 'content-type': 'application/json', ...init.headers },
      ...(init.body ? { body: JSON.stringify(init.body) } : {}),
    });
  const install = async (userId: string, app: string): Promise<void> => {
    const registered = await call('devices', {
      method: 'POST',
      headers: { 'x-app-key': apps[app]?.sdkKey ?? '' },
      body: { installationId: newId(), pushToken: `${userId}-${app}` },
    });
    const { deviceId: id, deviceSecret: secret } = (await registered.json()) as Record<string, string>;
    devices[`${userId}-${app}`] = { id: id ?? '', secret: secret ?? '' };
    const authorization = { authorization: `Bearer ${secret}` };
    expect((await call('device/user', { method: 'PUT', headers: authorization, body: { userId } })).status).toBe(200);
  };
  const fetched = async (device: string, path: string): Promise<string[]> => {
    const headers = { authorization: `Bearer ${devices[device]?.secret}` };
    const answer = await call(path, { method: 'GET', headers });
    const { messages } = (await answer.json()) as { messages: { content: { title: string } }[] };
    return messages.map(({ content }) => content.title);
  };
  const run = async (content: object): Promise<{ states: unknown; sentTo: string[] }> => {
    const executionId = await stage.launched('app-', content);
    await stage.run(executionId);
    const deliveries = await stage.database.query<{ address_key: string }>(
      `SELECT address_key FROM delivery WHERE execution_id = $1 AND state = 'ACCEPTED' ORDER BY seq`,
      [executionId],
    );
    const ends = await stage.endings(executionId);
    return {
      states: Object.fromEntries(
        ends.map(({ userId, state, reason }) => [userId, reason ? `${state}: ${reason}` : state]),
      ),
      sentTo: deliveries.map(({ address_key: key }) => key),
    };
  };
  const idOf = (device: string) => devices[device]?.id ?? '';

  it('goes to devices with that app alone', async () => {
    const { states, sentTo } = await run({ ...texts.mobilePush, appId: apps.casino?.id });
    expect(sentTo).toEqual([idOf('app-both-casino')]);
    expect(states).toEqual({
      'app-both': 'SENT',
      'app-elsewhere': 'NO_ADDRESS: The device has another app than that of the campaign',
    });
    const everywhere = await run(texts.mobilePush);
    expect(everywhere.sentTo.sort()).toEqual(
      ['app-both-casino', 'app-both-sports', 'app-elsewhere-sports'].map(idOf).sort(),
    );
  });

  it('is the same app in capital letters, and goes out while the account of another one is switched off', async () => {
    const { providerAccount } = await mutate<{ providerAccount: { id: string } }>(
      stage.graphql,
      'createProviderAccount',
      'CreateProviderAccountInput',
      'providerAccount { id }',
      {
        ...{ provider: 'fcm', name: 'Sports', appId: apps.sports?.id },
        settings: [
          { name: 'serviceAccount', value: JSON.stringify(stage.farEnds.endpoints.fcmServiceAccount) },
          { name: 'baseUrl', value: stage.farEnds.endpoints.fcmBaseUrl },
        ],
      },
    );
    const stop = { scope: 'PROVIDER_ACCOUNT', scopeId: providerAccount.id };
    const off = { ...stop, reason: 'The key was withdrawn' };
    await mutate(stage.graphql, 'switchSendingOff', 'SwitchSendingOffInput', 'stops { scope }', off);
    const { sentTo } = await run({ ...texts.mobilePush, appId: apps.casino?.id.toUpperCase() });
    expect(sentTo).toEqual([idOf('app-both-casino')]);
    await mutate(stage.graphql, 'switchSendingOn', 'SendingScopeInput', 'stops { scope }', stop);
  });

  it('is kept for whoever has the app, and shown in it alone', async () => {
    const inbox = { title: 'For the casino', body: 'Spin' };
    const inApp = { style: 'MODAL', ...inbox, trigger: { kind: 'SESSION_START' }, lifetimeHours: 48 };
    const { states } = await run({ inbox, inApp, appId: apps.casino?.id });
    expect(states).toEqual({
      'app-both': 'SENT',
      'app-elsewhere': 'NO_ADDRESS: The person has not the app of the campaign',
    });
    await run({ inbox: { ...inbox, title: 'For all' } });
    expect(await fetched('app-both-casino', 'inbox')).toEqual(['For all', 'For the casino']);
    expect(await fetched('app-both-casino', 'in-app?trigger=SESSION_START')).toEqual(['For the casino']);
    expect(await fetched('app-both-sports', 'inbox')).toEqual(['For all']);
    expect(await fetched('app-both-sports', 'in-app?trigger=SESSION_START')).toEqual([]);
    expect(await fetched('app-elsewhere-sports', 'inbox')).toEqual(['For all']);
  });
});
