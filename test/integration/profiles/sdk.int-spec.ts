import { createECDH, createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { SignedInFromSeveral1795420000536 } from '../../../migrations/1795420000536-signed-in-from-several';
import { CountRecipients } from '../../../src/profiles/segments/count-recipients';
import { type Stage, setStage } from './stage';

interface Installation {
  deviceId: string;
  profileId: string;
  deviceSecret: string;
}

interface Reply<T> {
  status: number;
  body: T;
}

describe('what apps and sites report', () => {
  let stage: Stage;
  let sdkKey: string;

  beforeAll(async () => {
    stage = await setStage();
    const { createApp } = await stage.ask<{ createApp: { sdkKey: string } }>(
      'mutation { createApp(input: { name: "Casino", platform: ANDROID }) { sdkKey userErrors { message } } }',
    );
    sdkKey = createApp.sdkKey;
  }, 60_000);
  afterAll(() => stage.close());

  const call = async <T = Record<string, unknown>>(
    method: string,
    path: string,
    { secret, key, body }: { secret?: string; key?: string; body?: unknown },
  ): Promise<Reply<T>> => {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (secret) headers.authorization = `Bearer ${secret}`;
    if (key) headers['x-app-key'] = key;
    const response = await fetch(`${stage.url}/sdk/v1/${path}`, { method, headers, body: JSON.stringify(body ?? {}) });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as T };
  };

  const install = async (facts: object = {}): Promise<Installation> => {
    const body = { installationId: randomUUID(), ...facts };
    const reply = await call<Installation>('POST', 'devices', { key: sdkKey, body });
    expect(reply.status).toBe(201);
    return reply.body;
  };
  const identify = ({ deviceSecret }: Installation, userId: string) =>
    call<{ profileId: string }>('PUT', 'device/user', { secret: deviceSecret, body: { userId } });
  const profileOf = async (deviceId: string): Promise<Record<string, unknown>> =>
    (
      await stage.database.query(
        `SELECT p.id, p.user_id, p.attributes, p.email_subscription, p.sms_subscription, d.token, d.is_addressable,
           d.push_subscription, d.attributes AS device_attributes
         FROM device d JOIN profile p ON p.id = d.profile_id WHERE d.id = $1`,
        [deviceId],
      )
    )[0] ?? {};
  const profilesWithout = async (): Promise<unknown[]> =>
    stage.database.query(
      'SELECT id FROM profile p WHERE user_id IS NULL AND NOT EXISTS (SELECT FROM device d WHERE d.profile_id = p.id)',
    );

  it('keeps the keys that messages can be encrypted with, and names those that are none', async () => {
    const encryptionKeys = {
      p256dh: createECDH('prime256v1').generateKeys('base64url'),
      auth: randomBytes(16).toString('base64url'),
    };
    const { deviceSecret, deviceId } = await install({ encryptionKeys });
    const kept = async (): Promise<unknown> =>
      (await stage.database.query('SELECT encryption_keys FROM device WHERE id = $1', [deviceId]))[0]?.encryption_keys;
    expect(await kept()).toEqual(encryptionKeys);
    await identify({ deviceSecret, deviceId, profileId: '' }, 'encrypted');
    const shown = '{ profile(userId: "encrypted") { devices { hasEncryptionKeys } } }';
    expect(await stage.ask(shown)).toEqual({ profile: { devices: [{ hasEncryptionKeys: true }] } });

    const refusals: [body: object, field: string][] = [
      [{ ...encryptionKeys, p256dh: Buffer.alloc(65, 4).toString('base64url') }, 'encryptionKeys.p256dh'],
      [{ ...encryptionKeys, auth: 'c2hvcnQ' }, 'encryptionKeys.auth'],
      [{ ...encryptionKeys, auth: 1 }, 'encryptionKeys.auth'],
    ];
    for (const [keys, field] of refusals) {
      const reply = await call('PATCH', 'device', { secret: deviceSecret, body: { encryptionKeys: keys } });
      expect(reply).toMatchObject({
        status: 400,
        body: { errors: expect.arrayContaining([expect.objectContaining({ field })]) },
      });
    }
    await call('PATCH', 'device', { secret: deviceSecret, body: { language: 'en' } });
    expect(await kept()).toEqual(encryptionKeys);
    await call('PATCH', 'device', { secret: deviceSecret, body: { encryptionKeys: null } });
    expect(await kept()).toBeNull();
  });

  it('gives a new installation an anonymous profile and a secret of its own', async () => {
    const device = await install({
      pushToken: 'token-1',
      language: 'pt-BR',
      country: 'BR',
      timeZone: 'America/Sao_Paulo',
    });
    expect(device.deviceSecret).toMatch(/^xpd_/);
    expect(await profileOf(device.deviceId)).toMatchObject({ id: device.profileId, user_id: null, token: 'token-1' });
    await call('PATCH', 'device/attributes', { secret: device.deviceSecret, body: { device: { os: '14' } } });
    await identify(device, 'shown');
    const { profile } = await stage.ask<{ profile: { devices: object[] } }>(
      '{ profile(userId: "shown") { devices { platform language country timeZone attributes { name value } } } }',
    );
    expect(profile.devices).toEqual([
      {
        ...{ platform: 'ANDROID', language: 'pt-BR', country: 'BR', timeZone: 'America/Sao_Paulo' },
        attributes: [{ name: 'os', value: '14' }],
      },
    ]);
  });

  it('lets only the secret of an installation speak for it', async () => {
    const installationId = randomUUID();
    expect((await call('POST', 'devices', { key: sdkKey, body: { installationId } })).status).toBe(201);
    expect((await call('POST', 'devices', { key: sdkKey, body: { installationId } })).status).toBe(409);
    expect((await call('POST', 'devices', { key: 'xps_wrong', body: { installationId: randomUUID() } })).status).toBe(
      401,
    );
    expect((await call('PUT', 'device/user', { secret: 'xpd_wrong', body: { userId: 'A1' } })).status).toBe(401);
    expect((await call('PUT', 'device/user', { body: { userId: 'A1' } })).status).toBe(401);
  });

  it('names every field that is wrong and stores nothing', async () => {
    const body = { installationId: 'x', language: '!', timeZone: 'Mars/Base', pushToken: '' };
    const reply = await call<{ errors: { field: string }[] }>('POST', 'devices', { key: sdkKey, body });
    expect(reply.status).toBe(400);
    expect(reply.body.errors.map(({ field }) => field).sort()).toEqual(
      ['installationId', 'language', 'pushToken', 'timeZone'].sort(),
    );
  });

  it('gives a user ID that nobody has to the anonymous profile, with its attributes', async () => {
    const device = await install();
    await call('PATCH', 'device/attributes', {
      secret: device.deviceSecret,
      body: { profile: { tier: 'gold', age: 30 } },
    });
    const { body } = await identify(device, 'rule-1');
    expect(body.profileId).toBe(device.profileId);
    expect(await profileOf(device.deviceId)).toMatchObject({
      user_id: 'rule-1',
      attributes: { tier: 'gold', age: 30 },
    });
  });

  it('moves a device to the profile that has the user ID; what the anonymous one held is lost', async () => {
    const first = await install();
    await identify(first, 'rule-2');
    const second = await install();
    await call('PATCH', 'device/attributes', { secret: second.deviceSecret, body: { profile: { lost: 'yes' } } });
    expect((await identify(second, 'rule-2')).body.profileId).toBe(first.profileId);
    expect(await profileOf(second.deviceId)).toMatchObject({ user_id: 'rule-2', attributes: {} });
    expect(await profilesWithout()).toEqual([]);
  });

  it('remembers of a device which anonymous profiles it had before somebody signed in there', async () => {
    await identify(await install(), 'rule-4');
    const device = await install();
    const before = (): Promise<object[]> =>
      stage.profiles.signedInFrom(stage.transactions.pool, stage.projectId, [device.deviceId]);
    await identify(device, 'rule-4');
    expect(await before()).toEqual([{ deviceId: device.deviceId, profileId: device.profileId }]);
    const { body } = await call<{ profileId: string }>('DELETE', 'device/user', { secret: device.deviceSecret });
    await identify(device, 'rule-4');
    expect(await before()).toEqual([
      { deviceId: device.deviceId, profileId: body.profileId },
      { deviceId: device.deviceId, profileId: device.profileId },
    ]);
  });

  it('keeps what devices remember through an upgrade and the way back, where a Direct campaign is open', async () => {
    await identify(await install(), 'rule-5');
    const device = await install();
    await identify(device, 'rule-5');
    const remembered = (): Promise<object[]> =>
      stage.database.query('SELECT signed_in_from FROM device WHERE id = $1', [device.deviceId]);
    const migration = new SignedInFromSeveral1795420000536();
    const runner = { query: (sql: string) => stage.database.query(sql) } as unknown as QueryRunner;
    await stage.database.query(
      `INSERT INTO execution (id, project_id, optimove_campaign_id, run_date, kind, state)
       VALUES (gen_random_uuid(), $1, 'any', '2026-05-04', 'DIRECT', 'RUNNING')`,
      [stage.projectId],
    );
    await migration.down(runner);
    expect(await remembered()).toEqual([{ signed_in_from: device.profileId }]);
    await migration.up(runner);
    expect(await remembered()).toEqual([{ signed_in_from: [device.profileId] }]);
    await stage.database.query(`UPDATE execution SET state = 'COMPLETED'`);
    await migration.down(runner);
    await migration.up(runner);
    expect(await remembered()).toEqual([{ signed_in_from: null }]);
  });

  it('gives a device that signs out a fresh anonymous profile and leaves the person alone', async () => {
    const device = await install();
    await identify(device, 'rule-3');
    const signedOut = await call<{ profileId: string }>('DELETE', 'device/user', { secret: device.deviceSecret });
    expect(signedOut.body.profileId).not.toBe(device.profileId);
    expect(await profileOf(device.deviceId)).toMatchObject({ user_id: null });
    expect((await stage.database.query(`SELECT 1 FROM profile WHERE user_id = 'rule-3'`)).length).toBe(1);
    expect((await identify(device, '')).body.profileId).toBe(signedOut.body.profileId);
    const contacts = await stage.transactions.run((tx) =>
      stage.profiles.contacts(tx, stage.projectId, [signedOut.body.profileId]),
    );
    expect(contacts.map(({ userId, isSignedOut }) => ({ userId, isSignedOut }))).toEqual([
      { userId: '', isSignedOut: false },
      { userId: 'rule-3', isSignedOut: true },
    ]);
  });

  it('refuses a blank user ID with what to do about it', async () => {
    const reply = await identify(await install(), '   ');
    expect(reply.status).toBe(400);
    expect(JSON.stringify(reply.body)).toContain('empty text to sign out');
  });

  it('moves a push token with the installation that reports it, and a new token has not failed yet', async () => {
    const old = await install({ pushToken: 'shared-token' });
    await stage.database.query('UPDATE device SET is_addressable = false WHERE id = $1', [old.deviceId]);
    const fresh = await install({ pushToken: 'shared-token' });
    expect(await profileOf(old.deviceId)).toMatchObject({ token: null });
    expect(await profileOf(fresh.deviceId)).toMatchObject({ token: 'shared-token', is_addressable: true });
    await call('PATCH', 'device', { secret: old.deviceSecret, body: { pushToken: 'other-token' } });
    expect(await profileOf(old.deviceId)).toMatchObject({ token: 'other-token', is_addressable: true });
    await call('PATCH', 'device', { secret: old.deviceSecret, body: { isAddressable: false } });
    expect(await profileOf(old.deviceId)).toMatchObject({ token: 'other-token', is_addressable: false });
  });

  it('keeps whose token an iPhone has and where it is good, and a token at a new place has not failed yet', async () => {
    const { createApp } = await stage.ask<{ createApp: { sdkKey: string } }>(
      'mutation { createApp(input: { name: "Casino for iPhone", platform: IOS }) { sdkKey userErrors { message } } }',
    );
    const register = (facts: object) =>
      call<Installation & { errors: { field: string }[] }>('POST', 'devices', {
        key: createApp.sdkKey,
        body: { installationId: randomUUID(), ...facts },
      });
    const token = 'AB'.repeat(32);
    const { status, body } = await register({ pushToken: token, pushService: 'APNS', apnsEnvironment: 'SANDBOX' });
    expect(status).toBe(201);
    const refresh = (facts: object) => call('PATCH', 'device', { secret: body.deviceSecret, body: facts });
    const stored = async (): Promise<unknown> => {
      const rows = await stage.database.query(
        'SELECT token, apns_environment, is_addressable FROM device WHERE id = $1',
        [body.deviceId],
      );
      return Object.values(Object(rows[0]));
    };
    const hex = token.toLowerCase();
    expect(await stored()).toEqual([hex, 'SANDBOX', true]);
    await stage.database.query('UPDATE device SET is_addressable = false WHERE id = $1', [body.deviceId]);
    await refresh({ pushToken: token, pushService: 'APNS', apnsEnvironment: 'SANDBOX' });
    expect(await stored()).toEqual([hex, 'SANDBOX', false]);
    await refresh({ pushToken: token, pushService: 'APNS' });
    expect(await stored()).toEqual([hex, 'PRODUCTION', true]);
    await identify(body, 'with-iphone');
    const shown = await stage.ask(
      '{ profile(userId: "with-iphone") { devices { platform pushService apnsEnvironment } } }',
    );
    expect(shown).toEqual({
      profile: { devices: [{ platform: 'IOS', pushService: 'APNS', apnsEnvironment: 'PRODUCTION' }] },
    });
    await refresh({ language: 'en' });
    expect(await stored()).toEqual([hex, 'PRODUCTION', true]);
    await refresh({ pushToken: 'of-fcm' });
    expect(await stored()).toEqual(['of-fcm', null, true]);
    await refresh({ pushToken: null, pushService: 'APNS' });
    expect(await stored()).toEqual([null, null, true]);
  });

  it('refuses a token that is none of its push service, at its field', async () => {
    const hex = 'ab'.repeat(32);
    const fieldsOf = async (secret: string, body: object): Promise<(number | string)[]> => {
      const reply = await call<{ errors?: { field: string }[] }>('PATCH', 'device', { secret, body });
      return [reply.status, ...(reply.body.errors ?? []).map(({ field }) => field)];
    };
    const { deviceSecret } = await install({ pushToken: 'stays' });
    const wrong = [
      [{ pushToken: hex, pushService: 'APNS' }, 'pushService'],
      [{ pushToken: hex, pushService: 'HMS' }, 'pushService'],
      [{ pushService: 'FCM' }, 'pushToken'],
      [{ pushToken: 'x', apnsEnvironment: 'SANDBOX' }, 'apnsEnvironment'],
      [{ pushToken: 'x', apnsEnvironment: 'MOON' }, 'apnsEnvironment'],
    ] as const;
    for (const [body, field] of wrong) expect(await fieldsOf(deviceSecret, body)).toEqual([400, field]);
  });

  it('removes an attribute that is null, and keeps device attributes on the device', async () => {
    const device = await install();
    const { deviceSecret: secret } = device;
    await call('PATCH', 'device/attributes', {
      secret,
      body: { profile: { a: 1, b: [1, null] }, device: { os: '14' } },
    });
    await call('PATCH', 'device/attributes', { secret, body: { profile: { a: null } } });
    expect(await profileOf(device.deviceId)).toMatchObject({
      attributes: { b: [1, null] },
      device_attributes: { os: '14' },
    });
    const tooLong = await call<{ errors: { field: string }[] }>('PATCH', 'device/attributes', {
      secret,
      body: { profile: { ok: 1, story: 'x'.repeat(2_000) } },
    });
    expect(tooLong.body.errors.map(({ field }) => field)).toEqual(['profile.story']);
    expect((await profileOf(device.deviceId)).attributes).not.toHaveProperty('ok');
  });

  it('logs what a person says about each medium, once per change, with its origin', async () => {
    const device = await install();
    const { deviceSecret: secret } = device;
    await identify(device, 'consent');
    await stage.send('/imports/profiles', 'userId,email,emailSubscription\nconsent,c1@example.com,SUBSCRIBED\n');
    await call('PUT', 'device/subscriptions', { secret, body: { email: 'UNSUBSCRIBED' } });
    await call('PUT', 'device/subscriptions', { secret, body: { email: 'UNSUBSCRIBED', sms: 'SUBSCRIBED' } });
    await call('PUT', 'device/push-subscription', { secret, body: { subscribed: false } });
    const { profile } = await stage.ask<{ profile: { subscriptionChanges: { nodes: Record<string, string>[] } } }>(
      `{ profile(userId: "consent") { subscriptionChanges(first: 10) { nodes { medium before after source } } } }`,
    );
    expect(profile.subscriptionChanges.nodes).toEqual([
      { medium: 'MOBILE_PUSH', before: 'NOT_SET', after: 'UNSUBSCRIBED', source: 'SDK' },
      { medium: 'SMS', before: 'NOT_SET', after: 'SUBSCRIBED', source: 'SDK' },
      { medium: 'EMAIL', before: 'SUBSCRIBED', after: 'UNSUBSCRIBED', source: 'SDK' },
      { medium: 'EMAIL', before: 'NOT_SET', after: 'SUBSCRIBED', source: 'IMPORT' },
    ]);
  });

  it('asks for a proof of the user ID where the app wants one', async () => {
    const { createApp } = await stage.ask<{ createApp: { sdkKey: string; app: { id: string } } }>(
      'mutation { createApp(input: { name: "Proven", platform: WEB }) { sdkKey app { id } } }',
    );
    const { updateApp } = await stage.ask<{ updateApp: { identitySecret: string } }>(
      `mutation ($id: ID!) { updateApp(input: { id: $id, version: 1, requiresProof: true }) { identitySecret userErrors { message } } }`,
      { id: createApp.app.id },
    );
    const body = { installationId: randomUUID() };
    const { body: device } = await call<Installation>('POST', 'devices', { key: createApp.sdkKey, body });
    const secret = device.deviceSecret;
    expect((await call('PUT', 'device/user', { secret, body: { userId: 'A8272' } })).status).toBe(403);
    const forOther = createHmac('sha256', updateApp.identitySecret).update('B1').digest('hex');
    expect((await call('PUT', 'device/user', { secret, body: { userId: 'A8272', proof: forOther } })).status).toBe(403);
    const proof = createHmac('sha256', updateApp.identitySecret).update('A8272').digest('hex');
    expect((await call('PUT', 'device/user', { secret, body: { userId: 'A8272', proof } })).status).toBe(200);
  });

  it('refuses the devices of a disabled app, and detects two changes at once', async () => {
    const { createApp } = await stage.ask<{ createApp: { sdkKey: string; app: { id: string } } }>(
      'mutation { createApp(input: { name: "Old", platform: IOS }) { sdkKey app { id } } }',
    );
    const body = { installationId: randomUUID() };
    const { body: device } = await call<Installation>('POST', 'devices', { key: createApp.sdkKey, body });
    const disable = () =>
      stage.ask<{ updateApp: { userErrors: { code: string }[] } }>(
        'mutation ($id: ID!) { updateApp(input: { id: $id, version: 1, isEnabled: false }) { userErrors { code } } }',
        { id: createApp.app.id },
      );
    expect((await disable()).updateApp.userErrors).toEqual([]);
    expect((await disable()).updateApp.userErrors).toEqual([{ code: 'CONFLICT' }]);
    expect((await call('PATCH', 'device', { secret: device.deviceSecret, body: {} })).status).toBe(401);
  });

  it('names texts that no database can store, whatever the field, and stores nothing', async () => {
    const device = await install();
    const { deviceSecret: secret } = device;
    const refused = async (method: string, path: string, body: object): Promise<unknown> => {
      const reply = await call<{ errors: { field: string }[] }>(method, path, { secret, key: sdkKey, body });
      return [reply.status, ...reply.body.errors.map(({ field }) => field)];
    };
    for (const text of ['a\u0000b', '\ud800']) {
      const token = { installationId: randomUUID(), pushToken: text };
      expect(await refused('POST', 'devices', token)).toEqual([400, 'pushToken']);
      expect(await refused('PATCH', 'device', { appVersion: text })).toEqual([400, 'appVersion']);
      expect(await refused('PUT', 'device/user', { userId: text })).toEqual([400, 'userId']);
      expect(await refused('PATCH', 'device/attributes', { profile: { x: [text] } })).toEqual([400, 'profile.x.0']);
      expect(await refused('PATCH', 'device/attributes', { device: { [text]: 1 } })).toEqual([400, 'device']);
    }
    expect(await profileOf(device.deviceId)).toMatchObject({ user_id: null, attributes: {}, device_attributes: {} });
  });

  it('reach a browser by its whole subscription until the push service calls it gone, and an inbox by any installation', async () => {
    const { createApp } = await stage.ask<{ createApp: { sdkKey: string } }>(
      'mutation { createApp(input: { name: "Site", platform: WEB }) { sdkKey userErrors { message } } }',
    );
    const keys = { p256dh: 'B'.repeat(87), auth: 'a'.repeat(22) };
    const endpoint = 'https://push.example.com/send/1';
    const body = { installationId: randomUUID(), webPush: { endpoint, keys } };
    const { body: site } = await call<Installation>('POST', 'devices', { key: createApp.sdkKey, body });
    const reach = () =>
      stage.transactions.run((tx) =>
        stage.profiles.reach(tx, stage.projectId, [site.profileId], ['WEB_PUSH', 'MOBILE_PUSH', 'INBOX', 'IN_APP']),
      );
    const [browser, ...inside] = await reach();
    expect(browser).toMatchObject({ medium: 'WEB_PUSH', addressKey: site.deviceId, isAddressable: true });
    expect(JSON.parse(browser?.address ?? '')).toEqual({ endpoint, ...keys });
    expect(inside).toMatchObject([
      { medium: 'INBOX', addressKey: 'inbox', address: site.profileId },
      { medium: 'IN_APP', addressKey: 'in-app', address: site.profileId },
    ]);
    const { profileId, addressKey = '', address = '' } = browser ?? { profileId: '' };
    await stage.transactions.run((tx) =>
      stage.profiles.markUnreachable(tx, stage.projectId, [
        { medium: 'WEB_PUSH', profileId, addressKey, address, reason: 'HTTP_410' },
      ]),
    );
    expect(await reach()).toMatchObject([{ medium: 'WEB_PUSH', isAddressable: false }, {}, {}]);
    const before = await browsers();
    await call('PATCH', 'device', { secret: site.deviceSecret, body: { webPush: { endpoint: `${endpoint}2`, keys } } });
    expect(await browsers()).toEqual({ ...before, webPush: before.webPush + 1 });
    await call('PUT', 'device/push-subscription', { secret: site.deviceSecret, body: { subscribed: false } });
    expect(await browsers()).toEqual(before);
    expect(before).toEqual({ people: before.people, webPush: 0, inside: before.people });
    await call('PATCH', 'device', { secret: site.deviceSecret, body: { webPush: null } });
    expect((await reach()).map(({ medium }) => medium)).toEqual(['INBOX', 'IN_APP']);
  });

  /** The count of everybody with an installation of the platform WEB. */
  const browsers = async (): Promise<{ people: number; webPush: number; inside: number }> => {
    const rules = JSON.stringify({ match: 'all', rules: [{ kind: 'platform', is: 'in', value: ['WEB'] }] });
    const { calculateRecipients } = await stage.ask<{ calculateRecipients: { count: { id: string } } }>(
      'mutation ($rules: String!) { calculateRecipients(input: { rules: $rules }) { count { id } userErrors { message } } }',
      { rules },
    );
    await stage.app.get(CountRecipients).run(calculateRecipients.count.id);
    const { recipientCount } = await stage.ask<{
      recipientCount: { people: number; webPush: number; inside: number };
    }>('query ($id: ID!) { recipientCount(id: $id) { people webPush inside } }', { id: calculateRecipients.count.id });
    return recipientCount;
  };
});
