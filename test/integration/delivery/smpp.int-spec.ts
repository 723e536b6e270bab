import {
  getProvider,
  type InboundText,
  type ProviderSession,
  type Receipt,
  type SendResult,
  type SmsMessage,
} from '@libs/delivery';
import { eventually } from '../../support/eventually';
import { SmppPeer } from './smpp-peer';

const now = { mayWrite: () => true, isUrgent: false };

const provider = getProvider('smpp');
const receiptText = (id: string, stat: string) =>
  `id:${id} sub:001 dlvrd:001 submit date:2611231000 done date:2611231001 stat:${stat} err:000 text:Hello`;

describe('SMS over SMPP', () => {
  let peer: SmppPeer;
  const sessions: ProviderSession[] = [];

  beforeEach(async () => {
    peer = new SmppPeer();
    await peer.start();
  });

  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
    await peer.stop();
  });

  function open(
    extra: Record<string, string | number> = {},
    onReceipts?: (receipts: Receipt[]) => Promise<void>,
    onTexts?: (texts: InboundText[]) => Promise<void>,
  ): ProviderSession {
    if (!provider) throw new Error('There is no provider smpp');
    const settings = { host: '127.0.0.1', port: peer.port, systemId: 'app', password: peer.password, ...extra };
    expect(provider.validateSettings(settings)).toEqual([]);
    const session = provider.open({ settings, onReceipts, onTexts });
    sessions.push(session);
    return session;
  }

  async function sendOne(session: ProviderSession, text = 'Hello'): Promise<SendResult | undefined> {
    return (await session.sendBatch([sms(1, text)], now))[0];
  }

  it('hands over a batch on one bound connection and answers in the order of the messages', async () => {
    const results = await open().sendBatch(
      Array.from({ length: 300 }, (_, index) => sms(index)),
      now,
    );
    expect(results.map(({ outcome, deliveryId }) => `${outcome} ${deliveryId}`)).toEqual(
      Array.from({ length: 300 }, (_, index) => `ACCEPTED delivery-${index}`),
    );
    expect(peer.binds).toBe(1);
    expect(new Set(peer.arrived.map((pdu) => pdu.destination_addr)).size).toBe(300);
  });

  it('keeps no more submissions unanswered than the window allows', async () => {
    peer.isHolding = true;
    const sending = open({ windowSize: 7 }).sendBatch(
      Array.from({ length: 30 }, (_, index) => sms(index)),
      now,
    );
    const release = setInterval(() => peer.release(), 20);
    const results = await sending;
    clearInterval(release);
    expect(results.every(({ outcome }) => outcome === 'ACCEPTED')).toBe(true);
    expect(peer.mostUnanswered).toBe(7);
  });

  it('gives the next room in the window to an urgent text, whatever else waits', async () => {
    peer.isHolding = true;
    const session = open({ windowSize: 1 });
    const sending = session.sendBatch(
      [0, 1, 2].map((index) => sms(index)),
      now,
    );
    await eventually('the first has come', async () => peer.arrived.length === 1);
    const urgent = session.sendBatch([sms(9)], { ...now, isUrgent: true });
    peer.isHolding = false;
    peer.release();
    await Promise.all([sending, urgent]);
    expect(peer.arrived.map((pdu) => pdu.destination_addr)).toEqual([0, 9, 1, 2].map((index) => sms(index).to));
  });

  it.each([
    ['GSM 7-bit with the extension table', 'Win 10€ {now} ñ', 0],
    ['UCS-2', 'Здравствуйте 😀', 8],
  ])('carries %s', async (_name, text, dataCoding) => {
    await sendOne(open(), text);
    expect(peer.arrived[0]).toMatchObject({ data_coding: dataCoding, short_message: { message: text } });
    expect(peer.arrived[0]?.registered_delivery).toBe(1);
  });

  it.each([
    ['GSM 7-bit', `${'a'.repeat(152)}€${'b'.repeat(200)}`, 3],
    ['UCS-2', `${'ж'.repeat(66)}😀${'я'.repeat(66)}`, 3],
  ])('cuts a long text in %s into parts that join again', async (_name, text, parts) => {
    const result = await sendOne(open(), text);
    expect(result).toMatchObject({ outcome: 'ACCEPTED', providerMessageId: `message-${parts}` });
    expect(peer.arrived.map(({ short_message }) => short_message?.message).join('')).toBe(text);
    const headers = peer.arrived.map(({ short_message }) => [...(short_message?.udh?.[0] ?? [])]);
    expect(headers).toEqual(Array.from({ length: parts }, (_, index) => [0, 3, headers[0]?.[2], parts, index + 1]));
    expect(peer.arrived.map((pdu) => pdu.registered_delivery)).toEqual([...Array(parts - 1).fill(0), 1]);
  });

  it.each([
    ['CASINO', 5],
    ['12345', 3],
    ['353861234567', 1],
  ])('names the kind of the sender %s', async (from, ton) => {
    await open().sendBatch([{ ...sms(1), from }], now);
    expect(peer.arrived[0]).toMatchObject({ source_addr: from, source_addr_ton: ton });
  });

  it.each([
    [0x0b, { outcome: 'REJECTED', reason: 'INVALID_DESTINATION', isAddressDead: true }],
    [0x61, { outcome: 'REJECTED', reason: 'SMPP_0x61', isAddressDead: false }],
    [0x45, { outcome: 'RETRYABLE', reason: 'SUBMIT_FAILED', isAboutMessage: true }],
    [0x08, { outcome: 'RETRYABLE', reason: 'SYSTEM_ERROR' }],
    [0x58, { outcome: 'RETRYABLE', reason: 'THROTTLED', retryAfterMs: 1_000 }],
    [0x14, { outcome: 'RETRYABLE', reason: 'QUEUE_FULL' }],
    ['cut', { outcome: 'UNCERTAIN' }],
  ] as const)('understands the answer %s', async (reply, expected) => {
    peer.reply = () => reply;
    expect(await sendOne(open())).toMatchObject(expected);
    expect(peer.arrived).toHaveLength(1);
  });

  it('binds again where the centre does not take it for bound', async () => {
    peer.reply = () => (peer.arrived.length === 1 ? 0x04 : 0);
    const session = open();
    expect(await sendOne(session)).toMatchObject({ outcome: 'RETRYABLE', reason: 'INVALID_BIND_STATE' });
    expect(await sendOne(session)).toMatchObject({ outcome: 'ACCEPTED' });
    expect(peer.binds).toBe(2);
  });

  it('gets the answers to what was under way when the centre does not take it for bound', async () => {
    peer.reply = () => (peer.binds === 1 ? 0x04 : 0);
    const session = open({ windowSize: 5 });
    const results = await session.sendBatch(
      [1, 2, 3, 4, 5].map((number) => sms(number)),
      now,
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(5).fill('RETRYABLE'));
    expect(await sendOne(session)).toMatchObject({ outcome: 'ACCEPTED' });
    expect(peer.binds).toBe(2);
  });

  it('tries a throttled later part again, but never the parts that were taken', async () => {
    peer.reply = () => (peer.arrived.length === 2 ? 0x58 : 0);
    const result = await sendOne(open(), 'a'.repeat(300));
    expect(result).toMatchObject({ outcome: 'ACCEPTED', providerMessageId: 'message-3' });
    expect(peer.arrived.map(({ short_message }) => short_message?.udh?.[0]?.[4])).toEqual([1, 2, 2]);
  });

  it('is uncertain when a later part is refused', async () => {
    peer.reply = () => (peer.arrived.length === 2 ? 0x0b : 0);
    expect(await sendOne(open(), 'a'.repeat(300))).toMatchObject({ outcome: 'UNCERTAIN', reason: 'PARTLY_ACCEPTED' });
  });

  it('binds again after the connection was lost, and what was not written may be tried again', async () => {
    peer.reply = () => (peer.arrived.length === 5 ? 'cut' : 'silent');
    const session = open({ windowSize: 5 });
    const results = await session.sendBatch(
      Array.from({ length: 5 }, (_, index) => sms(index)),
      now,
    );
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(5).fill('UNCERTAIN'));
    peer.reply = () => 0;
    expect(await sendOne(session)).toMatchObject({ outcome: 'ACCEPTED' });
    expect(peer.binds).toBe(2);
  });

  it('sends nothing when nothing listens or the password is wrong, and names the field', async () => {
    const wrong = open({ password: 'nope' });
    expect(await wrong.verifySettings()).toMatchObject({ field: 'password' });
    expect(await sendOne(wrong)).toMatchObject({ outcome: 'RETRYABLE', reason: 'SMPP_UNAVAILABLE' });
    const closed = new SmppPeer();
    await closed.start();
    const { port } = closed;
    await closed.stop();
    const nobody = open({ port });
    expect(await nobody.verifySettings()).toMatchObject({ field: 'host' });
    expect(await sendOne(nobody)).toMatchObject({ outcome: 'RETRYABLE' });
    expect(await open().verifySettings()).toBeNull();
    expect(peer.arrived).toHaveLength(0);
  });

  it('answers for a receipt only when it is stored, and stores many at once', async () => {
    let store: () => void = () => undefined;
    const stored = new Promise<void>((resolve) => {
      store = resolve;
    });
    const batches: Receipt[][] = [];
    open({}, async (receipts) => {
      batches.push(receipts);
      await stored;
    });
    await eventually('it is bound', () => peer.binds === 1 && peer.openSessions === 1);
    let answered = 0;
    const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
    const answers = ids.map(async (id) => {
      const status = await peer.deliver({ esm_class: 4, short_message: receiptText(id, 'DELIVRD') });
      answered += 1;
      return status;
    });
    await eventually('the receipts are handed on', () => batches.length > 0);
    expect(answered).toBe(0);
    store();
    expect(await Promise.all(answers)).toEqual(Array(20).fill(0));
    expect(batches.flat().map(({ providerMessageId }) => providerMessageId)).toEqual(ids);
    expect(batches[0]).toHaveLength(20);
  });

  it.each([
    ['DELIVRD', 'DELIVERED'],
    ['UNDELIV', 'FAILED'],
    ['EXPIRED', 'FAILED'],
    ['REJECTD', 'FAILED'],
    ['ENROUTE', 'UNKNOWN'],
  ])('reads %s as %s', async (stat, status) => {
    const receipts: Receipt[] = [];
    open({}, async (batch) => void receipts.push(...batch));
    await eventually('it is bound', () => peer.binds === 1);
    await peer.deliver({ esm_class: 4, short_message: receiptText('m1', stat) });
    expect(receipts).toMatchObject([{ providerMessageId: 'm1', status, code: stat, occurredAt: expect.any(Date) }]);
  });

  it.each([
    ['UNDELIV', 'err:001', {}, 'UNKNOWN_NUMBER', 'UNDELIV 1'],
    ['UNDELIV', 'err:017', {}, 'UNKNOWN_NUMBER', 'UNDELIV 17'],
    ['UNDELIV', 'err:006', {}, 'TEMPORARILY_DEFERRED', 'UNDELIV 6'],
    ['UNDELIV', 'err:0FA', {}, 'OTHER', 'UNDELIV FA'],
    ['UNDELIV', 'err:0FA', { network_error_code: Buffer.from([3, 0, 1]) }, 'UNKNOWN_NUMBER', 'UNDELIV 1'],
    ['UNDELIV', 'err:033', { network_error_code: Buffer.from([1, 0, 1]) }, 'MAILBOX_FULL', 'UNDELIV 33'],
    ['EXPIRED', 'err:000', {}, 'MESSAGE_EXPIRED', 'EXPIRED'],
    ['REJECTD', '', {}, 'POLICY_RELATED', 'REJECTD'],
    ['DELETED', 'err:000', {}, 'OTHER', 'DELETED'],
    ['DELIVRD', 'err:001', {}, undefined, 'DELIVRD'],
  ])('puts %s %s into its category, and keeps the code', async (stat, error, more, bounce, code) => {
    const receipts: Receipt[] = [];
    open({ unknownNumberErrors: '001, 017' }, async (batch) => void receipts.push(...batch));
    await eventually('we are bound', () => peer.binds === 1);
    await peer.deliver({ esm_class: 4, short_message: `id:m1 stat:${stat} ${error} text:Hi`, ...more });
    expect(receipts.map((receipt) => [receipt.bounce, receipt.code])).toEqual([[bounce, code]]);
  });

  it('asks for a receipt again when it could not be stored', async () => {
    open({}, () => Promise.reject(new Error('The database is away')));
    await eventually('it is bound', () => peer.binds === 1);
    expect(await peer.deliver({ esm_class: 4, short_message: receiptText('m1', 'DELIVRD') })).toBe(0x64);
  });

  it('stores the text of a person before it takes it, and makes no receipt of it', async () => {
    const receipts: Receipt[] = [];
    const texts: InboundText[] = [];
    open(
      {},
      async (batch) => void receipts.push(...batch),
      async (batch) => void texts.push(...batch),
    );
    await eventually('it is bound', () => peer.binds === 1);
    const text = { source_addr: '+353861234567', destination_addr: '50123', short_message: 'id:1 stat:DELIVRD' };
    expect(await peer.deliver({ esm_class: 0, ...text })).toBe(0);
    expect(receipts).toEqual([]);
    expect(texts).toEqual([
      expect.objectContaining({ from: '353861234567', to: '50123', text: 'id:1 stat:DELIVRD', keyword: null }),
    ]);
  });

  it('reads numbers in their national form with the country code of the account', async () => {
    const heard = async (countryCode: string, pdu: object): Promise<string | undefined> => {
      const texts: InboundText[] = [];
      const before = peer.binds;
      const session = open(countryCode ? { countryCode } : {}, undefined, async (batch) => void texts.push(...batch));
      await session.verifySettings();
      await eventually('it is bound', () => peer.binds > before && peer.openSessions === 1);
      expect(await peer.deliver({ esm_class: 0, destination_addr: '50123', short_message: 'STOP', ...pdu })).toBe(0);
      await session.close();
      await eventually('it is gone', () => peer.openSessions === 0);
      return texts[0]?.from;
    };
    expect(await heard('44', { source_addr: '07700900123', source_addr_ton: 2 })).toBe('447700900123');
    expect(await heard('44', { source_addr: '7700900123', source_addr_ton: 2 })).toBe('447700900123');
    expect(await heard('44', { source_addr: '07700900123', source_addr_ton: 0 })).toBe('447700900123');
    expect(await heard('44', { source_addr: '353861234567', source_addr_ton: 1 })).toBe('353861234567');
    expect(await heard('44', { source_addr: '00353861234567', source_addr_ton: 2 })).toBe('353861234567');
    expect(await heard('', { source_addr: '7700900123', source_addr_ton: 2 })).toBe('07700900123');
  });

  it('refuses the text of a person for now when it cannot be stored', async () => {
    open(
      {},
      async () => undefined,
      () => Promise.reject(new Error('away')),
    );
    await eventually('it is bound', () => peer.binds === 1);
    expect(await peer.deliver({ esm_class: 0, source_addr: '353861234567', short_message: 'STOP' })).toBe(0x64);
  });

  it('comes back by itself to listen for receipts', async () => {
    open({}, async () => undefined);
    await eventually('it is bound', () => peer.binds === 1);
    peer.cut();
    await eventually('it is bound again', () => peer.binds === 2);
  });

  it('waits for what is under way before it closes, and then is gone', async () => {
    peer.isHolding = true;
    const session = open();
    const sending = session.sendBatch([sms(1)], now);
    await eventually('the message arrived', () => peer.arrived.length === 1);
    const closing = session.close();
    peer.release();
    await closing;
    expect((await sending)[0]).toMatchObject({ outcome: 'ACCEPTED' });
    await eventually('the connection is closed', () => peer.openSessions === 0);
  });

  it('names each setting that is wrong', () => {
    const problems = provider?.validateSettings({
      port: 70_000,
      systemId: 'x'.repeat(16),
      password: 'secret',
      windowSize: 0,
      countryCode: '+44',
    });
    expect(problems?.map(({ field }) => field).sort()).toEqual([
      'countryCode',
      'host',
      'port',
      'systemId',
      'windowSize',
    ]);
  });
});

function sms(index: number, text = 'Hello'): SmsMessage {
  return { deliveryId: `delivery-${index}`, to: `35386${1_000_000 + index}`, from: 'CASINO', text };
}
