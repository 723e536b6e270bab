import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import {
  connectionsPerHost,
  getProvider,
  type ProviderSession,
  type PushMessage,
  type SendResult,
} from '@libs/delivery';
import { Agent } from 'undici';
import { eventually } from '../../support/eventually';
import { accepted, FcmPeer, refused } from './fcm-peer';

const now = { mayWrite: () => true, isUrgent: false };

const provider = getProvider('fcm');

describe('FCM over HTTP', () => {
  let peer: FcmPeer;
  let session: ProviderSession;

  beforeEach(async () => {
    peer = new FcmPeer();
    await peer.start();
    session = open();
  });

  afterEach(async () => {
    await session.close();
    await peer.stop();
  });

  function open(settings = peer.settings()): ProviderSession {
    if (!provider) throw new Error('There is no provider fcm');
    expect(provider.validateSettings(settings)).toEqual([]);
    return provider.open({ settings });
  }

  async function sendOne(token = 'device-1'): Promise<SendResult | undefined> {
    return (await session.sendBatch([push(token)], now))[0];
  }

  it('hands over a batch with one access token and answers in the order of the messages', async () => {
    const tokens = Array.from({ length: 200 }, (_, index) => `device-${index}`);
    const results = await session.sendBatch(tokens.map(push), now);
    expect(results).toEqual(
      tokens.map((token) => ({
        outcome: 'ACCEPTED',
        deliveryId: `delivery-of-${token}`,
        providerMessageId: `projects/test-project/messages/${token}`,
      })),
    );
    expect(peer.tokensGiven).toBe(1);
    expect(new Set(peer.arrived.map(({ path }) => path))).toEqual(new Set(['/v1/projects/test-project/messages:send']));
  });

  it('gives the next connection that is free to an urgent message, whatever else waits', async () => {
    peer.isHolding = true;
    const some = Array.from({ length: connectionsPerHost + 20 }, (_, index) => push(`device-${index}`));
    const sending = session.sendBatch(some, now);
    await eventually('every connection is in use', async () => peer.arrived.length === connectionsPerHost);
    const urgent = session.sendBatch([push('urgent')], { ...now, isUrgent: true });
    peer.release(1);
    await eventually('one more has come', async () => peer.arrived.length > connectionsPerHost);
    const next = peer.arrived.slice(connectionsPerHost).map(({ message }) => message.token);
    peer.isHolding = false;
    peer.release(Number.POSITIVE_INFINITY);
    expect([...(await sending), ...(await urgent)].map(({ outcome }) => outcome)).toEqual(
      Array(connectionsPerHost + 21).fill('ACCEPTED'),
    );
    expect(next).toEqual(['urgent']);
  });

  it('carries the delivery id, the link, the picture and the time to live', async () => {
    await session.sendBatch(
      [
        {
          ...push('device-1'),
          url: 'app://offers',
          imageUrl: 'https://example.com/a.png',
          data: { a: '1' },
          ttlSeconds: 60,
        },
      ],
      now,
    );
    expect(peer.arrived[0]?.message).toMatchObject({
      token: 'device-1',
      notification: { title: 'Hello', body: 'World 😀', image: 'https://example.com/a.png' },
      data: { a: '1', url: 'app://offers', deliveryId: 'delivery-of-device-1' },
      android: { ttl: '60s' },
    });
  });

  it.each([
    [404, 'UNREGISTERED', true],
    [403, 'SENDER_ID_MISMATCH', false],
    [400, 'INVALID_ARGUMENT', false],
  ])('rejects on %i %s; dead address: %s', async (status, code, isAddressDead) => {
    peer.reply = () => refused(status, code);
    expect(await sendOne()).toMatchObject({ outcome: 'REJECTED', reason: code, isAddressDead });
  });

  it.each([
    [429, 'QUOTA_EXCEEDED', { 'retry-after': '7' }, 7_000],
    [503, 'UNAVAILABLE', {}, null],
    [500, 'INTERNAL', {}, null],
  ])('may be tried again after %i %s', async (status, code, headers, retryAfterMs) => {
    peer.reply = () => refused(status, code, headers as Record<string, string>);
    expect(await sendOne()).toMatchObject({ outcome: 'RETRYABLE', reason: code, retryAfterMs });
  });

  it('is uncertain when something on the way answers for FCM', async () => {
    peer.reply = () => ({ status: 504, body: 'Gateway timeout' });
    expect(await sendOne()).toMatchObject({ outcome: 'UNCERTAIN', reason: 'HTTP_504' });
  });

  it('does not fetch a new access token over a refused certificate of Apple', async () => {
    peer.reply = () => refused(401, 'THIRD_PARTY_AUTH_ERROR');
    expect(await sendOne()).toMatchObject({ outcome: 'RETRYABLE', reason: 'THIRD_PARTY_AUTH_ERROR' });
    expect(peer.tokensGiven).toBe(1);
  });

  it('keeps a message apart from the others of its batch', async () => {
    peer.reply = ({ message }) =>
      message.token === 'gone'
        ? refused(404, 'UNREGISTERED')
        : message.token === 'cut'
          ? 'cut'
          : accepted(message.token);
    const results = await session.sendBatch(['a', 'gone', 'cut', 'b'].map(push), now);
    expect(results.map(({ outcome }) => outcome)).toEqual(['ACCEPTED', 'REJECTED', 'UNCERTAIN', 'ACCEPTED']);
  });

  it('is uncertain when the connection is cut after the request, and does not send again', async () => {
    await sendOne('first');
    peer.reply = () => 'cut';
    expect(await sendOne('second')).toMatchObject({ outcome: 'UNCERTAIN', deliveryId: 'delivery-of-second' });
    expect(peer.arrived.filter(({ message }) => message.token === 'second')).toHaveLength(1);
  });

  it('may be tried again when nothing listens', async () => {
    const silent = new FcmPeer();
    await silent.start();
    const { url } = silent;
    await silent.stop();
    const other = open({ ...peer.settings(), baseUrl: url });
    expect((await other.sendBatch([push('device-1')], now))[0]).toMatchObject({
      outcome: 'RETRYABLE',
      reason: 'ECONNREFUSED',
    });
    await other.close();
  });

  it('may be tried again when the connection is cut before it could carry a request', async () => {
    const rude = createServer((socket) => socket.destroy());
    rude.listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const { port } = rude.address() as AddressInfo;
    const other = open({ ...peer.settings(), baseUrl: `https://127.0.0.1:${port}` });
    expect((await other.sendBatch([push('device-1')], now))[0]).toMatchObject({ outcome: 'RETRYABLE' });
    await other.close();
    rude.close();
  });

  it('fetches a new access token once after a 401 and sends again', async () => {
    peer.reply = ({ bearer, message }) =>
      bearer === 'token-1' ? { status: 401, body: { error: { status: 'UNAUTHENTICATED' } } } : accepted(message.token);
    const results = await session.sendBatch(['a', 'b', 'c'].map(push), now);
    expect(results.map(({ outcome }) => outcome)).toEqual(['ACCEPTED', 'ACCEPTED', 'ACCEPTED']);
    expect(peer.tokensGiven).toBe(2);
  });

  it('does not blame the address or the message when every access token is refused', async () => {
    peer.reply = () => ({ status: 401, body: { error: { status: 'UNAUTHENTICATED' } } });
    expect(await sendOne()).toMatchObject({ outcome: 'RETRYABLE', reason: 'UNAUTHENTICATED' });
    expect(peer.arrived).toHaveLength(2);
  });

  it('sends nothing without an access token, and says so when it verifies the settings', async () => {
    peer.tokenStatus = 400;
    expect(await sendOne()).toMatchObject({ outcome: 'RETRYABLE' });
    expect(peer.arrived).toHaveLength(0);
    expect(await session.verifySettings()).toMatchObject({ field: 'serviceAccount' });
  });

  it('verifies good settings without sending', async () => {
    expect(await session.verifySettings()).toBeNull();
    expect(peer.arrived).toHaveLength(0);
  });

  it('leaves a dispatcher open that it was given', async () => {
    if (!provider) throw new Error('There is no provider fcm');
    const dispatcher = new Agent();
    const other = provider.open({ settings: peer.settings(), dispatcher });
    await other.sendBatch([push('device-1')], now);
    await other.close();
    expect(dispatcher.closed).toBe(false);
    await dispatcher.close();
  });

  it('names the field when the service account is not one', () => {
    expect(provider?.validateSettings({ serviceAccount: '{"project_id":"x"}' })).toMatchObject([
      { field: 'serviceAccount' },
    ]);
    expect(provider?.validateSettings({ serviceAccount: 'no json' })).toMatchObject([{ field: 'serviceAccount' }]);
    expect(provider?.validateSettings({})).toMatchObject([{ field: 'serviceAccount' }]);
  });
});

function push(token: string): PushMessage {
  return { deliveryId: `delivery-of-${token}`, token, platform: 'ANDROID', title: 'Hello', body: 'World 😀' };
}
