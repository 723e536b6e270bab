import { generateKeyPairSync, randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import { type FarEnds, startFarEnds } from '../../../apps/sandbox/src/far-ends';
import { bearer, notify } from './apns-client';

const now = () => Math.floor(Date.now() / 1_000);

describe('the APNs far end', () => {
  let farEnds: FarEnds;

  beforeEach(async () => {
    farEnds = await startFarEnds();
  });

  afterEach(() => farEnds.close());

  const pushes = () => farEnds.inbox.report().apns;

  it('accepts a notification, gives its id back and shows it', async () => {
    const id = randomUUID();
    const [reply] = await notify(farEnds.endpoints, {
      token: 'a1'.repeat(32),
      headers: { 'apns-id': id, 'apns-priority': '5', 'apns-collapse-id': 'daily', 'apns-expiration': '1800000000' },
      payload: {
        aps: { alert: { title: 'Free spins', subtitle: 'Today', body: 'Play' }, badge: 3 },
        deliveryId: 'd-1',
        image: 'https://example.com/p.png',
        url: 'app://spins',
      },
    });
    expect(reply).toEqual({ status: 200, id, reason: undefined });
    expect(pushes()).toMatchObject({ received: 1, unique: 1, duplicates: 0, recipients: 1 });
    expect(pushes().last[0]).toMatchObject({
      messageId: id,
      token: 'a1'.repeat(32),
      title: 'Free spins',
      subtitle: 'Today',
      body: 'Play',
      badge: 3,
      deliveryId: 'd-1',
      image: 'https://example.com/p.png',
      data: { url: 'app://spins' },
      environment: 'PRODUCTION',
      priority: 5,
      collapseId: 'daily',
      expiration: 1_800_000_000,
    });
  });

  it('tells a notification that came twice by its id', async () => {
    const [one, two] = [randomUUID(), randomUUID()];
    for (const id of [one, two, one]) await notify(farEnds.endpoints, { headers: { 'apns-id': id } });
    expect(pushes()).toMatchObject({ received: 3, unique: 2, duplicates: 1, recipients: 1 });
  });

  it('names a notification itself when the sender does not', async () => {
    const [reply] = await notify(farEnds.endpoints, { headers: { 'apns-id': '' } });
    expect(reply).toMatchObject({ status: 200, id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it.each<[string, () => string, string]>([
    ['none', () => '', 'MissingProviderToken'],
    ['of another team', () => bearer(farEnds.endpoints, { iss: 'OTHERTEAM0' }), 'InvalidProviderToken'],
    ['of another key', () => bearer(farEnds.endpoints, { kid: 'OTHERKEY00' }), 'InvalidProviderToken'],
    ['of another algorithm', () => bearer(farEnds.endpoints, { alg: 'HS256' }), 'InvalidProviderToken'],
    ['from the future', () => bearer(farEnds.endpoints, { iat: now() + 600 }), 'InvalidProviderToken'],
    ['older than an hour', () => bearer(farEnds.endpoints, { iat: now() - 3_601 }), 'ExpiredProviderToken'],
    ['signed by somebody else', () => bearer(signedByOther()), 'InvalidProviderToken'],
  ])('refuses a provider token: %s', async (_, authorization, reason) => {
    const [reply] = await notify(farEnds.endpoints, { headers: { authorization: authorization() } });
    expect(reply).toMatchObject({ status: 403, reason });
    expect(pushes().received).toBe(0);
  });

  const signedByOther = () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    return { ...farEnds.endpoints, apnsPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  };

  it('refuses a provider token that is renewed too soon on its connection', async () => {
    const at = (iat: number) => ({ headers: { authorization: bearer(farEnds.endpoints, { iat }) } });
    const tooSoon = await notify(farEnds.endpoints, at(now() - 1_800), at(now() - 900));
    expect(tooSoon.map(({ status, reason }) => reason ?? status)).toEqual([200, 'TooManyProviderTokenUpdates']);
    const inTime = await notify(farEnds.endpoints, at(now() - 1_800), at(now() - 600));
    expect(inTime.map(({ status }) => status)).toEqual([200, 200]);
  });

  it.each<[string, Parameters<typeof notify>[1], number, string]>([
    ['a path that is none', { headers: { ':path': '/3/devices/1' } }, 404, 'BadPath'],
    ['another method', { headers: { ':method': 'PUT' } }, 405, 'MethodNotAllowed'],
    ['no device', { token: '' }, 400, 'MissingDeviceToken'],
    ['a token that is none', { token: 'token-1' }, 400, 'BadDeviceToken'],
    ['a token of nobody', { token: '00'.repeat(32) }, 400, 'BadDeviceToken'],
    ['a token of the sandbox at the other host', { token: '5b'.repeat(32) }, 400, 'BadDeviceToken'],
    ['a token of an app that is gone', { token: 'dead'.repeat(16) }, 410, 'Unregistered'],
    ['an id that is no UUID', { headers: { 'apns-id': 'd-1' } }, 400, 'BadMessageId'],
    ['no topic', { headers: { 'apns-topic': '' } }, 400, 'MissingTopic'],
    ['another topic', { headers: { 'apns-topic': 'com.example.other' } }, 400, 'TopicDisallowed'],
    ['no push type', { headers: { 'apns-push-type': '' } }, 400, 'InvalidPushType'],
    ['a priority that is none', { headers: { 'apns-priority': '7' } }, 400, 'BadPriority'],
    ['an expiration that is none', { headers: { 'apns-expiration': 'soon' } }, 400, 'BadExpirationDate'],
    ['a long collapse id', { headers: { 'apns-collapse-id': 'x'.repeat(65) } }, 400, 'BadCollapseId'],
    ['a payload without aps', { payload: { alert: 'Hello' } }, 400, 'PayloadEmpty'],
    ['a payload that is no JSON', { payload: 'Hello' }, 400, 'PayloadEmpty'],
    ['a payload above 4096 bytes', { payload: { aps: { alert: 'x'.repeat(4_096) } } }, 413, 'PayloadTooLarge'],
  ])('refuses %s', async (_, request, status, reason) => {
    const [reply] = await notify(farEnds.endpoints, request);
    expect(reply).toMatchObject({ status, reason });
    expect(pushes().received).toBe(0);
  });

  it('takes tokens of the sandbox at the sandbox', async () => {
    const headers = { ':authority': 'api.sandbox.push.apple.com' };
    const [own, other] = await notify(
      farEnds.endpoints,
      { token: '5b'.repeat(32), headers },
      { token: 'a1'.repeat(32), headers },
    );
    expect([own?.status, other?.reason]).toEqual([200, 'BadDeviceToken']);
    expect(pushes().last[0]).toMatchObject({ environment: 'SANDBOX' });
  });

  it('fails as it is told to, by HTTP and by HTTP/2', async () => {
    const app = Fastify();
    farEnds.routes(app);
    await app.listen({ host: '127.0.0.1', port: 0 });
    const arm = async (medium: string, kind: string): Promise<number> => {
      const { status } = await fetch(`${app.listeningOrigin}/control/far-ends/${medium}/fault`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ kind, times: 1 }),
      });
      return status;
    };
    for (const [kind, reason] of [
      ['5xx', 'ServiceUnavailable'],
      ['429', 'TooManyRequests'],
    ] as const) {
      expect(await arm('apns', kind)).toBe(200);
      expect((await notify(farEnds.endpoints, {}))[0]).toMatchObject({ reason });
    }
    for (const kind of ['refuse', 'goaway', 'close']) {
      expect(await arm('apns', kind)).toBe(200);
      await expect(notify(farEnds.endpoints, {})).rejects.toThrow();
    }
    expect(await arm('mobilePush', 'goaway')).toBe(400);
    expect((await notify(farEnds.endpoints, {}))[0]).toMatchObject({ status: 200 });
    expect(pushes().received).toBe(1);
    await app.close();
  });
});
