import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { getProvider, type ProviderSession, type PushMessage, type SendResult } from '@libs/delivery';
import { OutboundGuard } from '@libs/platform';
import { ApnsSession } from '../../../libs/delivery/src/providers/apns/apns-session';
import { eventually } from '../../support/eventually';
import { ApnsPeer, type ApnsReply } from './apns-peer';

const now = { mayWrite: () => true, isUrgent: false };
const provider = getProvider('apns');

describe('APNs over HTTP/2', () => {
  let peer: ApnsPeer;
  let session: ProviderSession;

  beforeEach(async () => {
    peer = new ApnsPeer();
    await peer.start();
    session = open();
  });

  afterEach(async () => {
    peer.drop();
    await session.close();
    await peer.stop();
  });

  function open(settings = peer.settings(), guards: { assertPublicHost?: (host: string) => Promise<void> } = {}) {
    if (!provider) throw new Error('There is no provider apns');
    expect(provider.validateSettings(settings)).toEqual([]);
    return provider.open({ settings, ...guards });
  }

  /** Waits for an answer for half a second. */
  const impatient = (settings: Record<string, string>): ProviderSession =>
    new ApnsSession(createPrivateKey(settings.privateKey ?? ''), { settings }, 500);

  const sendOne = async (over: Partial<PushMessage> = {}): Promise<SendResult | undefined> =>
    (await session.sendBatch([{ ...push(1), ...over }], now))[0];
  const outcomes = (results: SendResult[]) => results.map(({ outcome }) => outcome);

  it('hands a batch over on one connection and answers in the order of the messages', async () => {
    const messages = Array.from({ length: 200 }, (_, number) => push(number));
    const results = await session.sendBatch(messages, now);
    expect(results.map(({ deliveryId }) => deliveryId)).toEqual(messages.map(({ deliveryId }) => deliveryId));
    expect(new Set(outcomes(results))).toEqual(new Set(['ACCEPTED']));
    expect(peer.connections).toBe(1);
    expect(peer.arrived.every(({ isSigned }) => isSigned)).toBe(true);
    expect(new Set(peer.arrived.map(({ headers }) => headers.authorization)).size).toBe(1);
  });

  it('names a delivery by the same id at Apple each time, and remembers that id', async () => {
    const [first, again] = [await sendOne(), await sendOne()];
    const ids = peer.arrived.map(({ headers }) => headers['apns-id']);
    expect(new Set(ids).size).toBe(1);
    expect([first, again]).toMatchObject([{ providerMessageId: ids[0] }, { providerMessageId: ids[0] }]);
  });

  it('says which app it is for, what it is, and which of the two hosts is meant', async () => {
    await sendOne();
    await sendOne({ apnsEnvironment: 'SANDBOX' });
    expect(peer.arrived[0]?.headers).toMatchObject({
      ':authority': 'api.push.apple.com',
      'apns-topic': 'com.example.casino',
      'apns-push-type': 'alert',
      'apns-priority': '10',
    });
    expect(peer.arrived[0]?.payload).toMatchObject({ aps: { alert: { title: 'Hello' } }, deliveryId: 'delivery-1' });
    expect(peer.arrived[1]?.headers[':authority']).toBe('api.sandbox.push.apple.com');
  });

  it.each([
    [400, 'BadDeviceToken', true],
    [410, 'Unregistered', true],
    [410, 'ExpiredToken', true],
    [400, 'DeviceTokenNotForTopic', false],
    [400, 'BadMessageId', false],
    [413, 'PayloadTooLarge', false],
  ])('rejects on %i %s; dead address: %s', async (status, reason, isAddressDead) => {
    peer.reply = () => ({ status, reason });
    expect(await sendOne()).toMatchObject({ outcome: 'REJECTED', reason, isAddressDead });
  });

  it.each([
    [403, 'ExpiredProviderToken'],
    [403, 'InvalidProviderToken'],
    [403, 'BadEnvironmentKeyIdInToken'],
    [400, 'TopicDisallowed'],
    [429, 'TooManyProviderTokenUpdates'],
    [503, 'ServiceUnavailable'],
    [503, 'Shutdown'],
    [500, 'InternalServerError'],
    [400, 'IdleTimeout'],
  ])('blames the account or the way to it for %i %s, and nobody’s message is lost', async (status, reason) => {
    peer.reply = () => ({ status, reason });
    const result = await sendOne();
    expect(result).toMatchObject({ outcome: 'RETRYABLE', reason });
    expect(result).not.toHaveProperty('isAboutMessage');
  });

  it('tries a phone that gets too much later, without blaming the account', async () => {
    peer.reply = () => ({ status: 429, reason: 'TooManyRequests', headers: { 'retry-after': '7' } });
    expect(await sendOne()).toMatchObject({ outcome: 'RETRYABLE', retryAfterMs: 7_000, isAboutMessage: true });
  });

  it('is uncertain when something on the way answers for Apple', async () => {
    peer.reply = () => ({ status: 504 });
    expect(await sendOne()).toMatchObject({ outcome: 'UNCERTAIN', reason: 'HTTP_504' });
  });

  it.each<[ApnsReply, string, string]>([
    ['cut', 'UNCERTAIN', 'the connection is cut after the request was written'],
    ['reset', 'UNCERTAIN', 'the stream is reset without a promise'],
    ['refuse', 'RETRYABLE', 'the stream is refused'],
    ['goaway', 'RETRYABLE', 'the connection says goodbye before it'],
    ['goaway with an error', 'RETRYABLE', 'the connection is thrown out before it'],
  ])('tells on "%s" that the message is %s: %s', async (reply, outcome) => {
    await sendOne();
    peer.reply = () => reply;
    expect(await sendOne()).toMatchObject({ outcome });
    expect(peer.arrived).toHaveLength(2);
  });

  it('keeps those that a goodbye leaves out apart from those that were taken before it', async () => {
    const byToken: Record<string, ApnsReply> = { [push(2).token]: 'goaway' };
    peer.reply = ({ token }) => byToken[token] ?? { status: 200 };
    const results = await session.sendBatch([push(0), push(1), push(2), push(3)], now);
    expect(outcomes(results)).toEqual(['ACCEPTED', 'ACCEPTED', 'RETRYABLE', 'RETRYABLE']);
    expect(results[3]).toMatchObject({ reason: expect.stringMatching(/GOAWAY|REFUSED_STREAM/) });
  });

  it('opens a new connection after a goodbye or a cut', async () => {
    await sendOne();
    for (const reply of ['goaway', 'cut'] as const) {
      peer.reply = () => reply;
      await sendOne();
      peer.reply = () => ({ status: 200 });
      expect(await sendOne()).toMatchObject({ outcome: 'ACCEPTED' });
    }
    expect(peer.connections).toBe(3);
  });

  it('keeps a message apart from the others of its batch', async () => {
    const replies: Record<string, ApnsReply> = {
      [push(1).token]: { status: 410, reason: 'Unregistered' },
      [push(2).token]: 'refuse',
      [push(3).token]: 'reset',
    };
    peer.reply = ({ token }) => replies[token] ?? { status: 200 };
    const results = await session.sendBatch([0, 1, 2, 3, 4].map(push), now);
    expect(outcomes(results)).toEqual(['ACCEPTED', 'REJECTED', 'RETRYABLE', 'UNCERTAIN', 'ACCEPTED']);
  });

  it('opens no more streams than it is allowed, and what is late by then is not written', async () => {
    const narrow = new ApnsPeer(3);
    await narrow.start();
    const other = open({ ...narrow.settings() });
    expect(
      outcomes(
        await other.sendBatch(
          Array.from({ length: 20 }, (_, number) => push(number)),
          now,
        ),
      ),
    ).toEqual(Array(20).fill('ACCEPTED'));
    expect(narrow.mostOpen).toBe(3);
    let isOpen: () => void = () => undefined;
    narrow.gate = new Promise((resolve) => {
      isOpen = resolve;
    });
    let may = true;
    const sending = other.sendBatch([0, 1, 2, 3, 4].map(push), { mayWrite: () => may, isUrgent: false });
    await eventually('three are written', async () => narrow.arrived.length === 23);
    may = false;
    isOpen();
    expect((await sending).map((result) => ('reason' in result ? result.reason : result.outcome))).toEqual([
      ...['ACCEPTED', 'ACCEPTED', 'ACCEPTED'],
      ...['LATE', 'LATE'],
    ]);
    expect(narrow.arrived).toHaveLength(23);
    await other.close();
    await narrow.stop();
  });

  it('gives the next room to an urgent message, whatever else waits', async () => {
    const narrow = new ApnsPeer(1);
    await narrow.start();
    const other = open({ ...narrow.settings() });
    let goOn: () => void = () => undefined;
    narrow.gate = new Promise((resolve) => {
      goOn = resolve;
    });
    const sending = other.sendBatch([0, 1, 2].map(push), now);
    await eventually('the first has come', async () => narrow.arrived.length === 1);
    const urgent = other.sendBatch([push(9)], { ...now, isUrgent: true });
    goOn();
    expect(outcomes([...(await sending), ...(await urgent)])).toEqual(Array(4).fill('ACCEPTED'));
    expect(narrow.arrived.map(({ token }) => token)).toEqual([0, 9, 1, 2].map((number) => push(number).token));
    await other.close();
    await narrow.stop();
  });

  it('gives those that wait for room to a new connection when theirs is cut', async () => {
    const narrow = new ApnsPeer(1);
    await narrow.start();
    const other = open({ ...narrow.settings() });
    narrow.reply = ({ connection }) => (connection === 1 ? 'cut' : { status: 200 });
    expect(outcomes(await other.sendBatch([0, 1, 2].map(push), now))).toEqual(['UNCERTAIN', 'ACCEPTED', 'ACCEPTED']);
    expect(narrow.arrived.map(({ connection }) => connection)).toEqual([1, 2, 2]);
    await other.close();
    await narrow.stop();
  });

  it('asks a connection that was idle whether anybody is there before it trusts it with a message', async () => {
    await sendOne();
    const frozen = await freeze(peer.url);
    const other = open({ ...peer.settings(), baseUrl: frozen.url });
    expect((await other.sendBatch([push(1)], now))[0]).toMatchObject({ outcome: 'ACCEPTED' });
    frozen.freeze();
    const clock = jest.spyOn(performance, 'now');
    clock.mockReturnValue(performance.now() + 60_000);
    expect((await other.sendBatch([push(2)], now))[0]).toMatchObject({ outcome: 'ACCEPTED' });
    clock.mockRestore();
    expect(frozen.connections()).toBe(2);
    expect(peer.arrived.filter(({ token }) => token === push(2).token)).toHaveLength(1);
    await other.close();
    await frozen.stop();
  });

  it('waits for no answer of a far end that reads nothing any more, and sends what comes next over a new connection', async () => {
    const wide = new ApnsPeer(5_000, 64 << 20);
    await wide.start();
    const frozen = await freeze(wide.url);
    const other = impatient({ ...wide.settings(), baseUrl: frozen.url });
    expect((await other.sendBatch([push(1)], now))[0]).toMatchObject({ outcome: 'ACCEPTED' });
    frozen.freeze();
    // More than the sockets in between hold.
    const many = Array.from({ length: 2_500 }, (_, number) => ({ ...push(number), body: 'x'.repeat(3_800) }));
    const results = await other.sendBatch(many, now);
    expect(new Set(results.map((result) => JSON.stringify({ ...result, deliveryId: '' })))).toEqual(
      new Set([
        JSON.stringify({
          outcome: 'UNCERTAIN',
          deliveryId: '',
          reason: 'NO_ANSWER_IN_TIME',
          detail: 'APNs gave no answer (NO_ANSWER_IN_TIME)',
        }),
      ]),
    );
    expect(outcomes(await other.sendBatch([push(2), push(3)], now))).toEqual(['ACCEPTED', 'ACCEPTED']);
    expect(frozen.connections()).toBe(2);
    await other.close();
    await frozen.stop();
    await wide.stop();
  });

  it('gives those that wait for room to a new connection when theirs falls silent', async () => {
    const narrow = new ApnsPeer(1);
    await narrow.start();
    const frozen = await freeze(narrow.url);
    const other = impatient({ ...narrow.settings(), baseUrl: frozen.url });
    expect((await other.sendBatch([push(0)], now))[0]).toMatchObject({ outcome: 'ACCEPTED' });
    frozen.freeze();
    expect(outcomes(await other.sendBatch([1, 2, 3].map(push), now))).toEqual(['UNCERTAIN', 'ACCEPTED', 'ACCEPTED']);
    expect(frozen.connections()).toBe(2);
    await other.close();
    await frozen.stop();
    await narrow.stop();
  });

  it('keeps a connection that lost an answer and still says that somebody is there', async () => {
    const other = impatient(peer.settings());
    peer.gate = new Promise(() => undefined);
    expect((await other.sendBatch([push(1)], now))[0]).toMatchObject({ reason: 'NO_ANSWER_IN_TIME' });
    peer.gate = Promise.resolve();
    expect((await other.sendBatch([push(2)], now))[0]).toMatchObject({ outcome: 'ACCEPTED' });
    expect(peer.connections).toBe(1);
    await other.close();
  });

  it('closes without waiting for a far end that reads nothing any more', async () => {
    const frozen = await freeze(peer.url);
    const other = impatient({ ...peer.settings(), baseUrl: frozen.url });
    await other.sendBatch([push(1)], now);
    frozen.freeze();
    const sending = other.sendBatch([push(2)], now);
    await other.close();
    expect((await sending)[0]).toMatchObject({ outcome: 'UNCERTAIN' });
    await frozen.stop();
  });

  it('does not write a payload that Apple would not take', async () => {
    const { deliveryId, title } = push(1);
    const bare = Buffer.byteLength(JSON.stringify({ deliveryId, aps: { alert: { title, body: '' } } }));
    const fits = await sendOne({ body: 'x'.repeat(4_096 - bare) });
    expect(fits).toMatchObject({ outcome: 'ACCEPTED' });
    expect(await sendOne({ body: 'x'.repeat(4_097 - bare) })).toMatchObject({
      outcome: 'REJECTED',
      reason: 'PAYLOAD_TOO_LARGE',
      isAddressDead: false,
    });
    expect(peer.arrived).toHaveLength(1);
  });

  it('may be tried again when nothing listens, when nobody speaks HTTP/2, and when it is too late', async () => {
    const rude = createServer((socket) => socket.destroy());
    rude.listen(0, '127.0.0.1');
    await once(rude, 'listening');
    const gone = new ApnsPeer();
    await gone.start();
    const silent = gone.url;
    await gone.stop();
    for (const baseUrl of [silent, `http://127.0.0.1:${(rude.address() as AddressInfo).port}`]) {
      const other = open({ ...peer.settings(), baseUrl });
      expect((await other.sendBatch([push(1)], now))[0]).toMatchObject({ outcome: 'RETRYABLE' });
      expect(await other.verifySettings()).toMatchObject({ field: 'baseUrl' });
      await other.close();
    }
    rude.close();
    expect((await session.sendBatch([push(1)], { mayWrite: () => false, isUrgent: false }))[0]).toMatchObject({
      reason: 'LATE',
    });
    expect(peer.arrived).toHaveLength(0);
  });

  it('goes nowhere that the outbound guard refuses', async () => {
    const guard = new OutboundGuard(false);
    const guarded = open(peer.settings(), { assertPublicHost: (host) => guard.assertPublicHost(host) });
    expect((await guarded.sendBatch([push(1)], now))[0]).toMatchObject({
      outcome: 'RETRYABLE',
      reason: 'OUTBOUND_REFUSED',
    });
    expect(peer.connections).toBe(0);
    await guarded.close();
  });

  it.each([
    [{ status: 400, reason: 'BadDeviceToken' }, null],
    [{ status: 403, reason: 'InvalidProviderToken' }, 'privateKey'],
    [{ status: 400, reason: 'TopicDisallowed' }, 'topic'],
    [{ status: 503, reason: 'ServiceUnavailable' }, 'baseUrl'],
  ])('verifies its settings with a message for nobody: %j', async (reply, field) => {
    peer.reply = () => reply;
    const problem = await session.verifySettings();
    expect(problem?.field ?? null).toBe(field);
    expect(peer.arrived[0]?.token).toBe('0'.repeat(64));
  });

  it('accepts a key that Apple takes for its sandbox alone', async () => {
    peer.reply = ({ headers }) =>
      headers[':authority'] === 'api.sandbox.push.apple.com'
        ? { status: 400, reason: 'BadDeviceToken' }
        : { status: 403, reason: 'BadEnvironmentKeyIdInToken' };
    expect(await session.verifySettings()).toBeNull();
  });

  it('names the setting that cannot be right', () => {
    const wrong = {
      privateKey: 'no key',
      keyId: 'short',
      teamId: 'TEAM123456',
      topic: 'no spaces',
      baseUrl: 'ftp://x',
    };
    expect(provider?.validateSettings(wrong).map(({ field }) => field)).toEqual([
      'privateKey',
      'keyId',
      'topic',
      'baseUrl',
    ]);
    expect(provider?.validateSettings({}).map(({ field }) => field)).toEqual([
      'privateKey',
      'keyId',
      'teamId',
      'topic',
    ]);
  });
});

function push(number: number): PushMessage {
  const token = number.toString(16).padStart(64, 'a');
  return { deliveryId: `delivery-${number}`, token, platform: 'IOS', title: 'Hello', body: 'World 😀' };
}

/** A way to a server that can fall silent on every connection that stands: it keeps them open and reads nothing more. */
async function freeze(
  url: string,
): Promise<{ url: string; freeze: () => void; connections: () => number; stop: () => Promise<void> }> {
  const { connect } = await import('node:net');
  const pairs: ReturnType<typeof connect>[][] = [];
  const server = createServer((socket) => {
    const onward = connect(Number(new URL(url).port), '127.0.0.1');
    pairs.push([socket, onward]);
    for (const each of [socket, onward]) each.on('error', () => undefined);
    socket.pipe(onward).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze: () => {
      for (const [socket, onward] of pairs) {
        socket?.unpipe();
        onward?.unpipe();
      }
    },
    connections: () => pairs.length,
    stop: async () => {
      for (const each of pairs.flat()) each.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
