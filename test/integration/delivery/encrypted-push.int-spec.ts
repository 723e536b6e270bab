import { createECDH, randomBytes } from 'node:crypto';
import { getProvider, type ProviderSession, type PushMessage } from '@libs/delivery';
import { decrypt } from '../../../apps/sandbox/src/far-ends/webpush/decrypt';
import { ApnsPeer } from './apns-peer';
import { FcmPeer } from './fcm-peer';

const now = { mayWrite: () => true, isUrgent: false };

/** Texts of which nothing may be seen; none that base64 makes by chance. */
const secrets = ['Hello Kim', 'won 500', 'casino.example', 'jackpot', 'Collect', 'secret-value', 'coins-channel'];

describe('an encrypted push message', () => {
  const app = { endpoint: '', pair: createECDH('prime256v1'), auth: randomBytes(16), applicationServerKey: null };
  const encryptionKeys = { p256dh: app.pair.generateKeys('base64url'), auth: app.auth.toString('base64url') };
  const fcm = new FcmPeer();
  const apns = new ApnsPeer();
  const sessions = new Map<string, ProviderSession>();

  beforeAll(async () => {
    await fcm.start();
    await apns.start();
    for (const [key, settings] of Object.entries({ fcm: fcm.settings(), apns: apns.settings() })) {
      const session = getProvider(key)?.open({ settings });
      if (session) sessions.set(key, session);
    }
  });
  afterAll(async () => {
    for (const session of sessions.values()) await session.close();
    await fcm.stop();
    await apns.stop();
  });

  const message: PushMessage = {
    ...{ deliveryId: 'delivery-1', token: 'ab'.repeat(32), platform: 'ANDROID' },
    ...{ title: 'Hello Kim', subtitle: 'jackpot', body: 'You won 500', url: 'https://casino.example/jackpot' },
    ...{ imageUrl: 'https://casino.example/i.png', sound: 'coins.wav', androidChannelId: 'coins-channel' },
    ...{ badge: 2, threadId: 'offers', collapseKey: 'daily', ttlSeconds: 60, data: { x: 'secret-value' } },
    buttons: [{ id: 'go', label: 'Collect' }],
    cover: { title: 'Casino', body: 'You have a message' },
    encryptionKeys,
  };
  const send = async (key: string, over: Partial<PushMessage> = {}) =>
    (await sessions.get(key)?.sendBatch([{ ...message, ...over }], now))?.[0];
  const opened = (sealed: unknown): unknown =>
    JSON.parse(decrypt(Buffer.from(String(sealed), 'base64url'), app) ?? '"not for this app"');
  const inside = {
    ...{ title: 'Hello Kim', subtitle: 'jackpot', body: 'You won 500', image: 'https://casino.example/i.png' },
    data: { x: 'secret-value', url: 'https://casino.example/jackpot', buttons: '[{"id":"go","label":"Collect"}]' },
  };
  const expectNothingSeen = (arrived: unknown): void => {
    const seen = JSON.stringify(arrived);
    expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);
  };

  it('comes to Android as data alone, which only the app can read', async () => {
    expect(await send('fcm')).toMatchObject({ outcome: 'ACCEPTED' });
    const arrived = fcm.arrived.at(-1)?.message;
    expect(arrived).toEqual({
      token: message.token,
      data: {
        encrypted: expect.stringMatching(/^[\w-]+$/),
        deliveryId: 'delivery-1',
        title: 'Casino',
        body: 'You have a message',
      },
      android: { priority: 'HIGH', ttl: '60s', collapse_key: 'daily' },
    });
    expectNothingSeen(arrived);
    expect(opened(arrived?.data.encrypted)).toEqual({
      ...inside,
      ...{ sound: 'coins.wav', androidChannelId: 'coins-channel' },
    });
  });

  it('comes to an iPhone as its cover, which the extension of the app may change', async () => {
    expect(await send('fcm', { platform: 'IOS' })).toMatchObject({ outcome: 'ACCEPTED' });
    const overFcm = fcm.arrived.at(-1)?.message;
    expect(overFcm).toMatchObject({
      notification: { title: 'Casino', body: 'You have a message' },
      apns: { payload: { aps: { 'mutable-content': 1, sound: 'coins.wav', badge: 2, 'thread-id': 'offers' } } },
    });
    expectNothingSeen(overFcm);
    expect(opened(overFcm?.data.encrypted)).toEqual(inside);

    expect(await send('apns', { platform: 'IOS' })).toMatchObject({ outcome: 'ACCEPTED' });
    const arrived = apns.arrived.at(-1);
    const { encrypted, ...rest } = arrived?.payload ?? {};
    expect(rest).toEqual({
      deliveryId: 'delivery-1',
      aps: {
        alert: { title: 'Casino', body: 'You have a message' },
        ...{ 'mutable-content': 1, sound: 'coins.wav', badge: 2, 'thread-id': 'offers' },
      },
    });
    expectNothingSeen(arrived);
    expect(opened(encrypted)).toEqual(inside);
  });

  it.each(['fcm', 'apns'])('is never sent by %s where it cannot be encrypted', async (key) => {
    const before = fcm.arrived.length + apns.arrived.length;
    for (const keys of [undefined, { ...encryptionKeys, p256dh: Buffer.alloc(65, 4).toString('base64url') }]) {
      expect(await send(key, { encryptionKeys: keys })).toMatchObject({
        ...{ outcome: 'REJECTED', reason: 'NO_ENCRYPTION_KEYS', isAddressDead: false },
      });
    }
    expect(fcm.arrived.length + apns.arrived.length).toBe(before);
  });

  it('stays as it was without a cover, also for an app that has keys', async () => {
    await send('fcm', { cover: undefined });
    expect(fcm.arrived.at(-1)?.message).toMatchObject({ notification: { title: 'Hello Kim', body: 'You won 500' } });
  });
});
