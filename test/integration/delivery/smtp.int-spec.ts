import { type EmailMessage, getProvider, type ProviderSession, type SendResult } from '@libs/delivery';
import { eventually } from '../../support/eventually';
import { SmtpPeer } from './smtp-peer';

const now = { mayWrite: () => true, isUrgent: false };

const provider = getProvider('smtp');

describe('mail over SMTP', () => {
  let peer: SmtpPeer;
  let session: ProviderSession;

  beforeEach(async () => {
    peer = new SmtpPeer();
    await peer.start();
    session = open();
  });

  afterEach(async () => {
    await session.close();
    await peer.stop();
  });

  function open(extra: Record<string, string | number | boolean> = {}, port = peer.port): ProviderSession {
    if (!provider) throw new Error('There is no provider smtp');
    const settings = { host: '127.0.0.1', port, allowsPlain: true, connections: 3, ...extra };
    expect(provider.validateSettings(settings)).toEqual([]);
    return provider.open({ settings });
  }

  async function sendOne(name = 'c1'): Promise<SendResult | undefined> {
    return (await session.sendBatch([mail(name)], now))[0];
  }

  it('hands over a batch on a few kept connections and answers in the order of the messages', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `c${index}`);
    const results = await session.sendBatch(
      names.map((name) => mail(name)),
      now,
    );
    expect(results).toEqual(
      names.map((name) => ({
        outcome: 'ACCEPTED',
        deliveryId: `delivery.of.${name}`,
        providerMessageId: `<delivery.of.${name}@example.com>`,
      })),
    );
    expect(peer.connections).toBeLessThanOrEqual(3);
    expect(new Set(peer.arrived.map(({ to }) => to)).size).toBe(60);
  });

  it('gives the next free connection to an urgent mail, whatever else waits', async () => {
    const narrow = open({ connections: 1 });
    const sending = narrow.sendBatch(['c0', 'c1', 'c2'].map(mail), now);
    const urgent = narrow.sendBatch([mail('urgent')], { ...now, isUrgent: true });
    await Promise.all([sending, urgent]);
    expect(peer.arrived.map(({ to }) => to)).toEqual(['c0', 'urgent', 'c1', 'c2'].map((name) => `${name}@example.com`));
    await narrow.close();
  });

  it('builds a mail with both bodies, the ids and one-click unsubscribe', async () => {
    await session.sendBatch(
      [{ ...mail('c1'), replyTo: 'help@example.com', replyToName: 'Help', unsubscribeUrl: 'https://example.com/u/1' }],
      now,
    );
    const raw = peer.arrived[0]?.raw ?? '';
    const unfolded = raw.replace(/\r\n[ \t]+/g, ' ');
    expect(peer.arrived[0]).toMatchObject({ from: 'news@example.com', to: 'c1@example.com' });
    for (const header of [
      'From: Casino <news@example.com>',
      'To: c1@example.com',
      'Reply-To: Help <help@example.com>',
      'Message-ID: <delivery.of.c1@example.com>',
      'X-Delivery-ID: delivery.of.c1',
      'List-Unsubscribe: <https://example.com/u/1>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'Content-Type: multipart/alternative;',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Type: text/html; charset=utf-8',
    ])
      expect(unfolded).toContain(header);
  });

  it('leaves out the unsubscribe headers when there is no address for them', async () => {
    await sendOne();
    expect(peer.arrived[0]?.raw).not.toContain('List-Unsubscribe');
  });

  it.each([
    ['550 5.1.1 unknown', { code: 550, text: '5.1.1 No such user' }, { outcome: 'REJECTED', isAddressDead: true }],
    ['550 5.7.1 policy', { code: 550, text: '5.7.1 Policy' }, { outcome: 'REJECTED', isAddressDead: false }],
    [
      '550 5.1.8 sender',
      { code: 550, text: '5.1.8 <news@example.com>: Sender address rejected: Domain not found' },
      { outcome: 'REJECTED', isAddressDead: false },
    ],
    [
      '553 about the sender, without a code',
      { code: 553, text: 'Domain of sender address does not exist' },
      { outcome: 'REJECTED', isAddressDead: false },
    ],
    ['451 greylisted', { code: 451, text: '4.7.1 Later' }, { outcome: 'RETRYABLE' }],
    ['a cut connection', 'cut', { outcome: 'RETRYABLE' }],
  ] as const)('at the recipient: %s', async (_name, reply, expected) => {
    peer.atRecipient = () => reply;
    expect(await sendOne()).toMatchObject(expected);
    expect(peer.arrived).toHaveLength(0);
  });

  it.each([
    ['554 refused', { code: 554, text: '5.6.0 Content' }, { outcome: 'REJECTED', isAddressDead: false }],
    ['452 full', { code: 452, text: '4.3.1 Full' }, { outcome: 'RETRYABLE' }],
    ['a cut connection', 'cut', { outcome: 'UNCERTAIN' }],
  ] as const)('after the mail: %s', async (_name, reply, expected) => {
    peer.atData = () => reply;
    expect(await sendOne()).toMatchObject(expected);
    expect(peer.arrived).toHaveLength(1);
  });

  it('goes on with the others after one was refused or its connection was cut', async () => {
    peer.atRecipient = (to) => (to.startsWith('bad') ? { code: 550, text: '5.1.1 No such user' } : 'ok');
    const before = await session.sendBatch(
      ['bad1', 'a', 'bad2', 'b'].map((name) => mail(name)),
      now,
    );
    expect(before.map(({ outcome }) => outcome)).toEqual(['REJECTED', 'ACCEPTED', 'REJECTED', 'ACCEPTED']);
    peer.cut();
    const after = await session.sendBatch(
      ['c', 'd', 'e'].map((name) => mail(name)),
      now,
    );
    expect(after.map(({ outcome }) => outcome).filter((outcome) => outcome === 'UNCERTAIN')).toEqual([]);
    expect((await sendOne('f'))?.outcome).toBe('ACCEPTED');
  });

  it('may be tried again when nothing listens', async () => {
    await peer.stop();
    expect(await sendOne()).toMatchObject({ outcome: 'RETRYABLE' });
    expect(await session.verifySettings()).toMatchObject({ field: 'host' });
  });

  it('tries the connection once for all who wait, not once for each', async () => {
    const guarded = new SmtpPeer({ user: 'app', password: 'right' });
    await guarded.start();
    const bad = open({ user: 'app', password: 'wrong' }, guarded.port);
    const results = await bad.sendBatch(
      Array.from({ length: 50 }, (_, index) => mail(`c${index}`)),
      now,
    );
    expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(['RETRYABLE']));
    expect(guarded.connections).toBeLessThanOrEqual(3);
    await bad.close();
    await guarded.stop();
  });

  it('goes on with fewer connections when the server allows no more', async () => {
    const small = new SmtpPeer({ maxClients: 1 });
    await small.start();
    const wide = open({}, small.port);
    const results = await wide.sendBatch(
      Array.from({ length: 20 }, (_, index) => mail(`c${index}`)),
      now,
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(20).fill('ACCEPTED'));
    await wide.close();
    await small.stop();
  });

  it('refuses to speak unencrypted unless that is allowed', async () => {
    const strict = open({ allowsPlain: false });
    expect((await strict.sendBatch([mail('c1')], now))[0]).toMatchObject({ outcome: 'RETRYABLE' });
    expect(peer.arrived).toHaveLength(0);
    await strict.close();
  });

  it('logs in, and names the password when the login is refused', async () => {
    const guarded = new SmtpPeer({ user: 'app', password: 'right' });
    await guarded.start();
    const good = open({ user: 'app', password: 'right' }, guarded.port);
    const bad = open({ user: 'app', password: 'wrong' }, guarded.port);
    expect(await good.verifySettings()).toBeNull();
    expect((await good.sendBatch([mail('c1')], now))[0]?.outcome).toBe('ACCEPTED');
    expect(await bad.verifySettings()).toMatchObject({ field: 'password' });
    expect((await bad.sendBatch([mail('c2')], now))[0]).toMatchObject({ outcome: 'RETRYABLE' });
    await Promise.all([good.close(), bad.close()]);
    await guarded.stop();
  });

  it('lets no line break of a message reach the headers', async () => {
    await session.sendBatch(
      [{ ...mail('c1'), subject: 'Hi\r\nBcc: c2@example.com', fromName: 'A\r\nBcc: c3@example.com' }],
      now,
    );
    expect(peer.arrived[0]?.raw).not.toMatch(/^Bcc:/im);
  });

  it('waits for what is under way before it closes', async () => {
    const sending = session.sendBatch(
      Array.from({ length: 30 }, (_, index) => mail(`c${index}`)),
      now,
    );
    await session.close();
    expect((await sending).map(({ outcome }) => outcome)).toEqual(Array(30).fill('ACCEPTED'));
    await eventually('every connection is closed', () => peer.openConnections === 0);
  });
});

function mail(name: string): EmailMessage {
  return {
    deliveryId: `delivery.of.${name}`,
    to: `${name}@example.com`,
    fromAddress: 'news@example.com',
    fromName: 'Casino',
    subject: 'Hello',
    html: '<p>Grüße</p>',
    text: 'Grüße',
  };
}
