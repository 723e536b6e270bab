import { late, type SmsMessage } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { defineJob, subscribe, Transactions } from '@libs/platform';
import { DeliveryService, type ReceiptRow, receiptsArrived, type Sender } from '@modules/channels';
import { type FarEnds, startFarEnds } from '../../../apps/sandbox/src/far-ends';
import { ReceiptIntake } from '../../../src/channels/delivery/receipt-intake';
import { SenderPool } from '../../../src/channels/delivery/sender-pool';
import { ChannelsClocks } from '../../../src/channels/jobs/channels.clocks';
import { RateRepository } from '../../../src/channels/persistence/rate.repository';
import { eventually } from '../../support/eventually';
import { type Stage, setStage } from './stage';

const now = { mayWrite: () => true, isUrgent: false };

const arrivedJob = defineJob<{ accountId: string }>({ queue: 'tests.receipts-arrived', id: () => newId() });

interface Waiting {
  status: string;
  provider_message_id: string;
}

describe('sending through a provider account', () => {
  let stage: Stage;
  let farEnds: FarEnds;
  let next: FarEnds;
  let delivery: DeliveryService;
  let transactions: Transactions;
  beforeAll(() => subscribe(receiptsArrived, arrivedJob));
  beforeEach(async () => {
    stage = await setStage();
    farEnds = await startFarEnds();
    next = await startFarEnds();
    delivery = stage.app.get(DeliveryService);
    transactions = stage.app.get(Transactions);
  }, 60_000);
  afterEach(async () => {
    await stage.close();
    await farEnds.close();
    await next.close();
  });

  async function setUp(): Promise<{ id: string; version: number }> {
    const { smscHost, smscPort, smscSystemId, smscPassword } = farEnds.endpoints;
    const settings = { host: smscHost, port: String(smscPort), systemId: smscSystemId, password: smscPassword };
    const { providerAccount } = await stage.change<{ providerAccount: { id: string; version: number } }>(
      'createProviderAccount',
      { provider: 'smpp', name: 'SMS', settings: Object.entries(settings).map(([name, value]) => ({ name, value })) },
      'providerAccount { id version }',
    );
    return providerAccount;
  }

  async function smsSender(): Promise<Sender> {
    const [sender] = (await delivery.sendersFor(stage.projectId, ['SMS'])).all;
    if (!sender) throw new Error('There is no account');
    return sender;
  }

  const text = (number: number): SmsMessage => ({
    deliveryId: newId(),
    to: `44770090000${number}`,
    from: 'Shop',
    text: 'Hi',
  });
  const take = (): Promise<ReceiptRow[]> => transactions.run((tx) => delivery.takeReceipts(tx, 100));
  const announcements = (): Promise<{ data: object }[]> =>
    stage.database.query(`SELECT data FROM outbox_message WHERE queue = 'tests.receipts-arrived'`);
  const waiting = (): Promise<Waiting[]> =>
    stage.database.query('SELECT status, provider_message_id FROM receipt_intake WHERE processed_at IS NULL');

  it('hands messages over and keeps the receipts until somebody takes them, once', async () => {
    const { id } = await setUp();
    const results = await (await smsSender()).sendBatch([text(1), text(2)], now);
    expect(results).toMatchObject([{ outcome: 'ACCEPTED' }, { outcome: 'ACCEPTED' }]);
    await eventually('both receipts are stored', async () => (await waiting()).length === 2);
    expect(await announcements()).toContainEqual({ data: { accountId: id } });
    const receipts = await take();
    expect(receipts.map(({ providerMessageId }) => providerMessageId).sort()).toEqual(
      results.flatMap((result) => (result.outcome === 'ACCEPTED' ? [result.providerMessageId] : [])).sort(),
    );
    expect(receipts[0]).toMatchObject({
      projectId: stage.projectId,
      accountId: id,
      status: 'DELIVERED',
      code: 'DELIVRD',
    });
    expect(receipts[0]?.occurredAt).toBeInstanceOf(Date);
    expect(await take()).toEqual([]);
  });

  it('keeps to the messages a second of its account', async () => {
    const account = await setUp();
    await stage.change('updateProviderAccount', { ...account, messagesPerSecond: 20 }, 'providerAccount { id }');
    const sender = await smsSender();
    expect(sender.messagesPerSecond).toBe(20);
    const [before] = await stage.database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    const messages = Array.from({ length: 30 }, (_, index) => text(index));
    const results = await sender.sendBatch(messages, now);
    expect(results.map(({ outcome, deliveryId }) => ({ outcome, deliveryId }))).toEqual(
      messages.map(({ deliveryId }) => ({ outcome: 'ACCEPTED', deliveryId })),
    );
    const [booked] = await stage.database.query<{ booked_until: Date }>(
      'SELECT booked_until FROM provider_account_rate',
    );
    expect(Number(booked?.booked_until) - Number(before?.now)).toBeGreaterThanOrEqual(1_500);
  });

  it('answers late, and hands nothing over, for what it could book no time for', async () => {
    const account = await setUp();
    await stage.change('updateProviderAccount', { ...account, messagesPerSecond: 20 }, 'providerAccount { id }');
    const sender = await smsSender();
    const rates = stage.app.get(RateRepository);
    const book = rates.book.bind(rates);
    jest
      .spyOn(rates, 'book')
      .mockImplementationOnce(book)
      .mockRejectedValue(new Error('terminating connection due to administrator command'));
    const messages = Array.from({ length: 30 }, (_, index) => text(index));
    const results = await sender.sendBatch(messages, now);
    const { received } = farEnds.inbox.report().sms;
    expect(received).toBeLessThanOrEqual(10);
    expect(results.slice(0, received).map(({ outcome }) => outcome)).toEqual(Array(received).fill('ACCEPTED'));
    expect(results.slice(received)).toEqual(messages.slice(received).map(({ deliveryId }) => late(deliveryId)));
  });

  it('stores a repeated receipt once, and announces a batch once', async () => {
    const intake = stage.app.get(ReceiptIntake);
    const owner = { projectId: stage.projectId, accountId: newId() };
    const receipt = { providerMessageId: 'm1', status: 'DELIVERED', code: 'DELIVRD', occurredAt: new Date() } as const;
    await intake.store(owner, [receipt, receipt, { ...receipt, providerMessageId: 'm2' }]);
    await intake.store(owner, [receipt]);
    expect(await waiting()).toHaveLength(2);
    expect(await announcements()).toHaveLength(1);
  });

  it('stores a second no to the same message, and no repeat of one', async () => {
    const intake = stage.app.get(ReceiptIntake);
    const owner = { projectId: stage.projectId, accountId: newId() };
    const no = (occurredAt: string) =>
      ({
        providerMessageId: 'm1',
        status: 'UNSUBSCRIBED',
        code: 'unsubscribe',
        occurredAt: new Date(occurredAt),
      }) as const;
    await intake.store(owner, [no('2026-03-01'), no('2026-03-02')]);
    await intake.store(owner, [no('2026-03-01')]);
    await intake.store(owner, [no('2026-03-02')]);
    expect(await take()).toMatchObject([no('2026-03-02')]);
    await intake.store(owner, [no('2026-03-20')]);
    expect(await take()).toMatchObject([no('2026-03-20')]);
  });

  it('leaves receipts that another transaction has taken, and gets them back when it fails', async () => {
    const owner = { projectId: stage.projectId, accountId: newId() };
    const receipt = { status: 'DELIVERED', code: 'DELIVRD', occurredAt: new Date() } as const;
    await stage.app.get(ReceiptIntake).store(owner, [
      { ...receipt, providerMessageId: 'm1' },
      { ...receipt, providerMessageId: 'm2' },
    ]);
    const failing = transactions.run(async (tx) => {
      expect(await delivery.takeReceipts(tx, 1)).toMatchObject([{ providerMessageId: 'm1' }]);
      expect(await take()).toMatchObject([{ providerMessageId: 'm2' }]);
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(await take()).toMatchObject([{ providerMessageId: 'm1' }]);
  });

  it('offers a receipt that came too early again, and announces it again', async () => {
    const owner = { projectId: stage.projectId, accountId: newId() };
    const receipt = { status: 'DELIVERED', code: 'DELIVRD', occurredAt: new Date(), providerMessageId: 'm1' } as const;
    await stage.app.get(ReceiptIntake).store(owner, [receipt]);
    await transactions.run(async (tx) => delivery.returnReceipts(tx, await delivery.takeReceipts(tx, 10)));
    expect(await take()).toEqual([]);
    await stage.database.query('UPDATE receipt_intake SET next_try_at = now()');
    await stage.database.query('DELETE FROM outbox_message');
    await stage.database.query('DELETE FROM lease');
    await stage.app.get(ChannelsClocks).waitingReceipts();
    expect(await announcements()).toEqual([{ data: { accountId: owner.accountId } }]);
    expect(await take()).toMatchObject([{ providerMessageId: 'm1' }]);
  });

  it('sends through the new settings from the next batch on, whoever still holds the old sender', async () => {
    const account = await setUp();
    const old = await smsSender();
    await old.sendBatch([text(1)], now);
    const { smscPort, smscPassword } = next.endpoints;
    const settings = { port: String(smscPort), password: smscPassword };
    await stage.change(
      'updateProviderAccount',
      { ...account, settings: Object.entries(settings).map(([name, value]) => ({ name, value })) },
      'providerAccount { id }',
    );
    await (await smsSender()).sendBatch([text(2)], now);
    await old.sendBatch([text(3)], now);
    expect(farEnds.inbox.report().sms).toMatchObject({ received: 1 });
    expect(next.inbox.report().sms).toMatchObject({ received: 2 });
  });

  it('answers that nothing was handed over once the process is stopping', async () => {
    await setUp();
    const sender = await smsSender();
    await stage.app.get(SenderPool).onApplicationShutdown();
    expect(await sender.sendBatch([text(1)], now)).toMatchObject([{ outcome: 'RETRYABLE', reason: 'STOPPING' }]);
    expect(farEnds.inbox.report().sms).toMatchObject({ received: 0 });
  });

  it('listens for receipts of accounts before anything new is sent, and no more when they are deleted', async () => {
    const { id } = await setUp();
    const pool = stage.app.get(SenderPool);
    await pool.refresh();
    expect(pool.openAccountIds()).toEqual([id]);
    await stage.change('deleteProviderAccount', { id }, 'deletedId');
    await pool.refresh();
    expect(pool.openAccountIds()).toEqual([]);
  });
});
