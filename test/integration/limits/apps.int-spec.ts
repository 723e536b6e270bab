import { newId } from '@libs/foundation';
import { RunDryRun } from '../../../src/campaigns/rehearsal/run-dry-run';
import { CountRecipients } from '../../../src/profiles/segments/count-recipients';
import { mutate } from '../../support/campaign-stage';
import { type LimitStage, setStage, texts } from './stage';

describe('a campaign for some apps', () => {
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
      ['bingo', 'ANDROID'],
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
    await install('app-nowhere', 'bingo');
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
  const inboxOf = async (device: string) =>
    (await fetched(device, 'inbox')).filter((title) => !title.startsWith('[TEST]'));
  const who = JSON.stringify({ rules: [{ kind: 'attribute', name: 'user_id', is: 'startsWith', value: 'app-' }] });
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

  const ids = (...names: string[]) => names.map((name) => apps[name]?.id ?? '');

  it('goes to devices with one of them alone, and to all when none is named', async () => {
    const { states, sentTo } = await run({ ...texts.mobilePush, appIds: ids('casino') });
    expect(sentTo).toEqual([idOf('app-both-casino')]);
    expect(states).toEqual({
      'app-both': 'SENT',
      'app-elsewhere': 'NO_ADDRESS: The device has none of the apps of the campaign',
      'app-nowhere': 'NO_ADDRESS: The device has none of the apps of the campaign',
    });
    const two = await run({ ...texts.mobilePush, appIds: ids('casino', 'sports') });
    expect(two.states).toMatchObject({ 'app-both': 'SENT', 'app-elsewhere': 'SENT' });
    expect(two.sentTo.sort()).toEqual(['app-both-casino', 'app-both-sports', 'app-elsewhere-sports'].map(idOf).sort());
    for (const appIds of [[], null]) {
      expect(new Set((await run({ ...texts.mobilePush, appIds })).sentTo)).toEqual(
        new Set(Object.keys(devices).map(idOf)),
      );
    }
  });

  it('is counted for them alone', async () => {
    const sumsOf = async (appIds: string[]) => {
      const { count } = await mutate<{ count: { id: string } }>(
        stage.graphql,
        'calculateRecipients',
        'CalculateRecipientsInput',
        'count { id }',
        { rules: who, appIds },
      );
      await stage.app.get(CountRecipients, { strict: false }).run(count.id);
      const sums = 'query ($id: ID!) { recipientCount(id: $id) { people mobilePush inside } }';
      return (await stage.graphql<{ recipientCount: object }>(sums, { id: count.id })).recipientCount;
    };
    expect(await sumsOf([])).toEqual({ people: 3, mobilePush: 3, inside: 3 });
    expect(await sumsOf(ids('casino'))).toEqual({ people: 3, mobilePush: 1, inside: 1 });
    expect(await sumsOf(ids('casino', 'sports').map((id) => id.toUpperCase()))).toMatchObject({
      mobilePush: 2,
      inside: 2,
    });
    const { calculateRecipients } = await stage.graphql<{ calculateRecipients: { userErrors: object[] } }>(
      'mutation ($input: CalculateRecipientsInput!) { calculateRecipients(input: $input) { userErrors { code path } } }',
      { input: { rules: who, appIds: [...ids('casino'), newId()] } },
    );
    expect(calculateRecipients.userErrors).toEqual([{ code: 'NOT_FOUND', path: ['appIds', '1'] }]);
  });

  it('is rehearsed as it would be sent', async () => {
    const { campaign } = await mutate<{ campaign: { id: string } }>(
      stage.graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id }',
      {
        name: `Rehearsed ${newId()}`,
        content: { ...texts.mobilePush, appIds: ids('casino') },
        segment: { rules: who },
      },
    );
    const { dryRun } = await mutate<{ dryRun: { id: string } }>(
      stage.graphql,
      'startDirectDryRun',
      'StartDirectDryRunInput',
      'dryRun { id }',
      { id: campaign.id },
    );
    await stage.app.get(RunDryRun, { strict: false }).run(dryRun.id);
    const found = await stage.graphql<{ dryRun: { result: { endStates: object[] } } }>(
      'query ($id: ID!) { dryRun(id: $id) { result { endStates { state count } } } }',
      { id: dryRun.id },
    );
    expect(found.dryRun.result.endStates).toEqual(
      expect.arrayContaining([
        { state: 'SENT', count: 1 },
        { state: 'NO_ADDRESS', count: 2 },
      ]),
    );
  });

  it('is tested on devices with one of them alone', async () => {
    const profileIds = await stage.database.query<{ id: string }>(
      `SELECT id FROM profile WHERE user_id LIKE 'app-%' ORDER BY user_id`,
    );
    const content = { ...texts.mobilePush, inbox: { title: 'A test', body: 'For sports' }, appIds: ids('sports') };
    const { campaign } = await mutate<{ campaign: { id: string } }>(
      stage.graphql,
      'createDirectCampaign',
      'CreateDirectCampaignInput',
      'campaign { id }',
      { name: `Tested ${newId()}`, content },
    );
    const { testSend } = await mutate<{
      testSend: { deliveries: { medium: string; state: string; reason: string | null }[] };
    }>(stage.graphql, 'sendTest', 'SendTestInput', 'testSend { deliveries { medium state reason } }', {
      campaignId: campaign.id,
      profileIds: profileIds.map(({ id }) => id),
    });
    const found = (medium: string) =>
      testSend.deliveries
        .filter((each) => each.medium === medium)
        .map(({ state, reason }) => reason ?? state)
        .sort();
    expect(found('MOBILE_PUSH')).toEqual([
      'ACCEPTED',
      'ACCEPTED',
      'NO_ADDRESS: The device has none of the apps of the campaign',
      'NO_ADDRESS: The device has none of the apps of the campaign',
    ]);
    expect(found('INBOX')).toEqual([
      'ACCEPTED',
      'ACCEPTED',
      'NO_ADDRESS: The person has none of the apps of the campaign',
    ]);
    expect(await fetched('app-both-casino', 'inbox')).not.toContain('[TEST] A test');
    expect(await fetched('app-both-sports', 'inbox')).toContain('[TEST] A test');
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
    const { sentTo } = await run({ ...texts.mobilePush, appIds: ids('casino').map((id) => id.toUpperCase()) });
    expect(sentTo).toEqual([idOf('app-both-casino')]);
    await mutate(stage.graphql, 'switchSendingOn', 'SendingScopeInput', 'stops { scope }', stop);
  });

  it('is kept for whoever has the app, and shown in it alone', async () => {
    const inbox = { title: 'For the casino', body: 'Spin' };
    const inApp = { style: 'MODAL', ...inbox, trigger: { kind: 'SESSION_START' }, lifetimeHours: 48 };
    const { states } = await run({ inbox, inApp, appIds: ids('casino') });
    expect(states).toEqual({
      'app-both': 'SENT',
      'app-elsewhere': 'NO_ADDRESS: The person has none of the apps of the campaign',
      'app-nowhere': 'NO_ADDRESS: The person has none of the apps of the campaign',
    });
    await run({ inbox: { ...inbox, title: 'For two' }, appIds: ids('casino', 'bingo') });
    await run({ inbox: { ...inbox, title: 'For all' } });
    expect(await inboxOf('app-both-casino')).toEqual(['For all', 'For two', 'For the casino']);
    expect(await inboxOf('app-nowhere-bingo')).toEqual(['For all', 'For two']);
    expect(await fetched('app-both-casino', 'in-app?trigger=SESSION_START')).toEqual(['For the casino']);
    expect(await inboxOf('app-both-sports')).toEqual(['For all']);
    expect(await fetched('app-both-sports', 'in-app?trigger=SESSION_START')).toEqual([]);
    expect(await inboxOf('app-elsewhere-sports')).toEqual(['For all']);
  });
});
