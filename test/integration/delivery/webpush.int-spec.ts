import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  connectionsPerHost,
  getProvider,
  type ProviderSession,
  type ProviderSettings,
  type WebPushMessage,
} from '@libs/delivery';
import { OutboundGuard } from '@libs/platform';
import fastify from 'fastify';
import { type FarEnds, startFarEnds } from '../../../apps/sandbox/src/far-ends';
import { eventually } from '../../support/eventually';

const now = { mayWrite: () => true, isUrgent: false };
const provider = getProvider('webpush');

describe('web push over HTTP', () => {
  let farEnds: FarEnds;
  let settings: ProviderSettings;
  let session: ProviderSession;

  beforeEach(async () => {
    farEnds = await startFarEnds();
    const keys = provider?.makeSettings?.() ?? {};
    settings = { ...keys, subject: 'mailto:push@example.com', baseUrl: farEnds.endpoints.webPushBaseUrl };
    session = open(settings);
  });

  afterEach(async () => {
    await session.close();
    await farEnds.close();
  });

  function open(given: ProviderSettings): ProviderSession {
    if (!provider) throw new Error('There is no provider webpush');
    expect(provider.validateSettings(given)).toEqual([]);
    return provider.open({ settings: given });
  }

  function push(change: Partial<WebPushMessage> = {}): WebPushMessage {
    const { endpoint, keys } = farEnds.subscriptions.subscribe(String(settings.publicKey));
    return { deliveryId: 'delivery-1', endpoint, ...keys, title: 'Hello', body: 'World 😀', ...change };
  }

  const arrived = () => farEnds.inbox.report().webPush;

  async function sendOne(message = push()) {
    return (await session.sendBatch([message], now))[0];
  }

  it('reaches the browser, which can open the message, and names it by where the push service keeps it', async () => {
    const message = push({
      url: 'https://example.com/offers',
      iconUrl: 'https://example.com/i.png',
      buttons: [{ id: 'play', label: 'Play', url: 'https://example.com/play' }],
      ttlSeconds: 60,
    });
    expect(await sendOne(message)).toMatchObject({
      outcome: 'ACCEPTED',
      deliveryId: 'delivery-1',
      providerMessageId: expect.stringMatching(/^https:\/\/push\.sandbox\.example\/message\//),
    });
    expect(arrived().last[0]).toMatchObject({
      endpoint: message.endpoint,
      deliveryId: 'delivery-1',
      title: 'Hello',
      body: 'World 😀',
      url: 'https://example.com/offers',
      icon: 'https://example.com/i.png',
      buttons: ['Play'],
      ttlSeconds: 60,
    });
  });

  it('has the push service and the screen keep only the newest of a key, each of which is reported by itself', async () => {
    await sendOne(push({ collapseKey: 'daily-offer' }));
    expect(arrived().last[0]).toMatchObject({ topic: 'daily-offer', tag: 'daily-offer', deliveryId: 'delivery-1' });
    await sendOne(push({ deliveryId: 'delivery-2' }));
    expect(arrived().last[0]).toMatchObject({ topic: null, tag: 'delivery-2', deliveryId: 'delivery-2' });
  });

  it('answers a batch in its order', async () => {
    const messages = Array.from({ length: 50 }, (_, index) => push({ deliveryId: `delivery-${index}` }));
    const results = await session.sendBatch(messages, now);
    expect(results.map(({ deliveryId }) => deliveryId)).toEqual(messages.map(({ deliveryId }) => deliveryId));
    expect(arrived()).toMatchObject({ received: 50, unique: 50, recipients: 50 });
  });

  it('gives up the time to live that push services do not keep', async () => {
    await sendOne(push({ ttlSeconds: 365 * 86_400 }));
    expect(arrived().last[0]?.ttlSeconds).toBe(28 * 86_400);
  });

  it('calls the address dead once the browser has unsubscribed', async () => {
    const message = push();
    farEnds.subscriptions.unsubscribe(message.endpoint.split('/').at(-1) ?? '');
    expect(await sendOne(message)).toMatchObject({ outcome: 'REJECTED', reason: 'HTTP_410', isAddressDead: true });
  });

  it('refuses what does not fit before it is written, and sends what just fits', async () => {
    const room = 3_993 - Buffer.byteLength(JSON.stringify(shape(push({ body: '' }))));
    expect(await sendOne(push({ body: 'x'.repeat(room) }))).toMatchObject({ outcome: 'ACCEPTED' });
    expect(await sendOne(push({ body: 'x'.repeat(room + 1) }))).toMatchObject({
      outcome: 'REJECTED',
      reason: 'PAYLOAD_TOO_LARGE',
      isAddressDead: false,
    });
    expect(arrived().received).toBe(1);
  });

  it.each([
    ['429', 'HTTP_429', 2_000],
    ['5xx', 'HTTP_503', null],
  ] as const)('may be tried again after %s', async (kind, reason, retryAfterMs) => {
    await fault(kind);
    expect(await sendOne()).toMatchObject({ outcome: 'RETRYABLE', reason, retryAfterMs });
  });

  it('is uncertain when the connection is cut after the request, and does not send again', async () => {
    await sendOne();
    await fault('close');
    expect(await sendOne(push({ deliveryId: 'delivery-2' }))).toMatchObject({ outcome: 'UNCERTAIN' });
  });

  it('keeps a subscription made for another key from stopping the others', async () => {
    const { endpoint, keys } = farEnds.subscriptions.subscribe('somebody-elses-key');
    const foreign = push({ deliveryId: 'delivery-2', endpoint, ...keys });
    const results = await session.sendBatch([push(), foreign], now);
    expect(results).toMatchObject([
      { outcome: 'ACCEPTED' },
      { outcome: 'RETRYABLE', reason: 'HTTP_403', isAboutMessage: true },
    ]);
  });

  it('drops a subscription whose keys are none', async () => {
    expect(await sendOne(push({ p256dh: 'AAAA' }))).toMatchObject({
      outcome: 'REJECTED',
      reason: 'INVALID_SUBSCRIPTION',
      isAddressDead: true,
    });
  });

  it('gives the next connection that is free to an urgent message, whatever else waits', async () => {
    const arrivals: string[] = [];
    const held: (() => void)[] = [];
    const service = createServer((request, response) => {
      arrivals.push(request.url ?? '');
      held.push(() => response.writeHead(201, { location: '/message/1' }).end());
    });
    await once(service.listen(0, '127.0.0.1'), 'listening');
    const baseUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
    const other = open({ ...settings, baseUrl });
    const message = push();
    const to = (name: string): WebPushMessage => ({ ...message, endpoint: `https://push.example/${name}` });
    const sending = other.sendBatch(Array(connectionsPerHost + 20).fill(to('other')), now);
    await eventually('every connection is in use', async () => arrivals.length === connectionsPerHost);
    const urgent = other.sendBatch([to('urgent')], { ...now, isUrgent: true });
    held.shift()?.();
    await eventually('one more has come', async () => arrivals.length > connectionsPerHost);
    const next = arrivals.slice(connectionsPerHost);
    const release = setInterval(() => {
      for (const answer of held.splice(0)) answer();
    }, 5);
    expect(new Set([...(await sending), ...(await urgent)].map(({ outcome }) => outcome))).toEqual(
      new Set(['ACCEPTED']),
    );
    clearInterval(release);
    await other.close();
    service.close();
    expect(next).toEqual(['/urgent']);
  });

  it('writes nothing that waited too long', async () => {
    expect((await session.sendBatch([push()], { mayWrite: () => false, isUrgent: false }))[0]).toMatchObject({
      reason: 'LATE',
    });
    expect(arrived().received).toBe(0);
  });

  it('blames an endpoint and not the account when only some cannot be reached', async () => {
    const { baseUrl, ...direct } = settings;
    const other = open(direct);
    const to = (url: string) => push({ endpoint: `${url}/send/unknown` });
    const reached = to(String(baseUrl));
    const silent = await startFarEnds();
    const missing = to(silent.endpoints.webPushBaseUrl);
    await silent.close();
    expect(await other.sendBatch([reached, missing], now)).toMatchObject([
      { outcome: 'REJECTED', isAddressDead: true },
      { outcome: 'RETRYABLE', reason: 'UNREACHABLE', isAboutMessage: true },
    ]);
    const [alone] = await other.sendBatch([missing], now);
    expect(alone).not.toHaveProperty('isAboutMessage');
    await other.close();
  });

  it('never calls an address inside our own network', async () => {
    if (!provider) throw new Error('There is no provider webpush');
    const { baseUrl, ...direct } = settings;
    const guard = new OutboundGuard(false);
    const dispatcher = guard.dispatcher();
    const assertPublicHost = (host: string) => guard.assertPublicHost(host);
    const guarded = provider.open({ settings: direct, dispatcher, assertPublicHost });
    const port = new URL(String(baseUrl)).port;
    const inside = ['127.0.0.1', 'localhost', '[::1]'].map((host) =>
      push({ endpoint: `http://${host}:${port}/send/x` }),
    );
    const results = await guarded.sendBatch(inside, now);
    expect(results).toEqual(results.map(() => expect.objectContaining({ reason: 'INVALID_SUBSCRIPTION' })));
    await guarded.close();
    await dispatcher.close();
  });

  it('names the field of keys that do not belong together and of a contact that is none', () => {
    const other = provider?.makeSettings?.() ?? {};
    expect(provider?.validateSettings({ ...settings, publicKey: other.publicKey ?? '' })).toMatchObject([
      { field: 'publicKey' },
    ]);
    expect(provider?.validateSettings({ ...settings, privateKey: 'AAAA' })).toMatchObject([{ field: 'privateKey' }]);
    expect(provider?.validateSettings({ ...settings, subject: 'push@example.com' })).toMatchObject([
      { field: 'subject' },
    ]);
  });

  async function fault(kind: '429' | '5xx' | 'close'): Promise<void> {
    const app = fastify();
    farEnds.routes(app);
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    await fetch(`${address}/control/far-ends/webPush/fault`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind, times: 1 }),
    });
    await app.close();
  }
});

/** The payload of a message without optional parts. */
function shape({ title, body, deliveryId }: WebPushMessage): object {
  return { title, options: { body, tag: deliveryId, data: { deliveryId } } };
}
