import { late, type SendResult } from '@libs/delivery';
import { newId } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import type { Actor } from '@modules/projects';
import { FencedError } from '../../../src/campaigns/domain/execution/errors';
import type { HeldChunk } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { SettlementRepository } from '../../../src/campaigns/persistence/ledger/settlement.repository';
import { type SliceEnds, sliceOf } from './slice';
import { type LedgerStage, setStage } from './stage';

describe('what providers answered', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
  }, 60_000);
  afterAll(() => stage?.close());

  const device = (addressKey: string) => ({ addressKey, address: 'token', pushService: 'FCM', appId: null });
  const ends = (devices: string[], answer: Partial<SendResult>): SliceEnds => ({
    decide: async (_tx, { people }) =>
      people.flatMap(({ seq, profileId }) =>
        devices.map((key) => ({ seq, profileId, medium: 'MOBILE_PUSH', isAllowed: true, ...device(key) })),
      ),
    sendBatch: async (messages) => messages.map(({ deliveryId }) => ({ deliveryId, ...answer }) as SendResult),
  });
  const accepted = ends(['one'], { outcome: 'ACCEPTED', providerMessageId: null });
  const outage: Partial<SendResult> = {
    outcome: 'RETRYABLE',
    reason: 'UNAVAILABLE',
    detail: '',
    retryAfterMs: null,
    isAboutMessage: false,
  };
  const deliveriesOf = ({ executionId }: HeldChunk) =>
    stage.database.query(
      'SELECT address_key AS device, state, attempts FROM delivery WHERE execution_id = $1 ORDER BY seq, address_key',
      [executionId],
    );
  const closed = async (chunk: HeldChunk): Promise<void> => {
    const retry = { at: new Date(), isRefused: false };
    expect(await stage.transactions.run((tx) => stage.chunks.close(tx, chunk, retry))).toBeNull();
  };
  const takenOver = async (chunk: HeldChunk): Promise<HeldChunk> => {
    await stage.age(chunk, 60);
    return (await stage.chunks.take(chunk, '0193a3f0-0000-7000-8000-000000000002')) as HeldChunk;
  };
  /** Breaks the transaction that writes the first time it is made. */
  const broken = (sql: string): ((tx: Tx) => Promise<void>) => {
    let isBroken = false;
    return async (tx) => {
      if (isBroken) return;
      isBroken = true;
      await tx.query(sql);
    };
  };

  it.each([
    ['deadlock', `DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$`],
    ['restart of the database', 'SELECT pg_terminate_backend(pg_backend_pid())'],
  ])('is written after a %s', async (_what, sql) => {
    const chunk = await stage.takenChunk(2);
    const run = await sliceOf(stage, chunk, { ...accepted, markUnreachable: broken(sql) });
    await run();
    expect(await deliveriesOf(chunk)).toEqual([
      { device: 'one', state: 'ACCEPTED', attempts: 1 },
      { device: 'one', state: 'ACCEPTED', attempts: 1 },
    ]);
  });

  it('is not written once another worker has the chunk', async () => {
    const chunk = await stage.takenChunk(1);
    const isLost = async (tx: Tx): Promise<void> => {
      await tx.query('ROLLBACK');
      await stage.database.query('UPDATE execution_chunk SET fence = fence + 1 WHERE execution_id = $1', [
        chunk.executionId,
      ]);
      throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
    };
    const run = await sliceOf(stage, chunk, { ...accepted, markUnreachable: isLost });
    await expect(run()).rejects.toThrow(FencedError);
    expect(await deliveriesOf(chunk)).toMatchObject([{ state: 'CLAIMED' }]);
  });

  it('is told to Optimove: dead addresses have bounced, what else failed is dropped, and what is sent later is sent', async () => {
    const chunk = await stage.takenChunk(4);
    const { executionId } = chunk;
    await stage.database.query(
      `INSERT INTO execution_template (execution_id, optimove_template_id, received) VALUES ($1, '1', 4)`,
      [executionId],
    );
    const refused = (reason: string, isAddressDead: boolean) =>
      ({ outcome: 'REJECTED', reason, detail: '', isAddressDead }) as const;
    const answers: Partial<SendResult>[] = [
      refused('UNREGISTERED', true),
      refused('INVALID_ARGUMENT', false),
      { outcome: 'ACCEPTED', providerMessageId: null },
      { outcome: 'UNCERTAIN', reason: 'TIMEOUT', detail: '' },
    ];
    const answering: SliceEnds = {
      ...ends(['one'], {}),
      sendBatch: async (messages) =>
        messages.map(({ deliveryId }, index) => ({ deliveryId, ...answers[index] }) as SendResult),
    };
    await (await sliceOf(stage, chunk, answering))();
    await closed(chunk);
    expect(await stage.totals(executionId)).toMatchObject({ sent: 1, dropped: 1, bounced: 1 });
    const told = await stage.database.query('SELECT seq, kind FROM recipient_event WHERE execution_id = $1', [
      executionId,
    ]);
    expect(told).toEqual([{ seq: 1, kind: 'BOUNCED' }]);

    const actor = { projectId: stage.projectId, label: 'A person' } as Actor;
    await stage.settle.countAsSent(actor, { executionId, chosen: null, expected: 1 });
    expect(await stage.totals(executionId)).toMatchObject({ sent: 2, dropped: 1, bounced: 1 });
    await stage.settle.retryFailed(actor, { executionId, refused: true });
    expect(await stage.totals(executionId)).toMatchObject({ sent: 2, dropped: 0, bounced: 1 });
    const again = (await stage.chunks.take({ executionId, chunkNo: 1 }, newId())) as HeldChunk;
    await (await sliceOf(stage, again, accepted))();
    await closed(again);
    expect(await stage.totals(executionId)).toMatchObject({ sent: 4, dropped: 0, bounced: 1 });
  });

  it('is a bounce where one of several addresses was dead at an earlier try, and none where another one took it', async () => {
    const chunk = await stage.takenChunk(2);
    const answers: Partial<SendResult>[] = [
      { outcome: 'REJECTED', reason: 'UNREGISTERED', detail: '', isAddressDead: true },
      outage,
    ];
    const first: SliceEnds = {
      ...ends(['one', 'two'], {}),
      sendBatch: async (messages) =>
        messages.map(({ deliveryId }, index) => ({ deliveryId, ...answers[index % 2] }) as SendResult),
    };
    await (await sliceOf(stage, chunk, first))();
    const again = await takenOver(chunk);
    const last: Partial<SendResult>[] = [
      { outcome: 'REJECTED', reason: 'INVALID_ARGUMENT', detail: '', isAddressDead: false },
      { outcome: 'ACCEPTED', providerMessageId: null },
    ];
    const second: SliceEnds = {
      ...ends(['one', 'two'], {}),
      sendBatch: async (messages) =>
        messages.map(({ deliveryId }, index) => ({ deliveryId, ...last[index] }) as SendResult),
    };
    await (await sliceOf(stage, again, second))();
    const people = await stage.database.query(
      'SELECT end_state AS state, bounced_at IS NOT NULL AS bounced FROM recipient WHERE execution_id = $1 ORDER BY seq',
      [chunk.executionId],
    );
    expect(people).toEqual([
      { state: 'FAILED', bounced: true },
      { state: 'SENT', bounced: false },
    ]);
  });

  it('lets a Direct campaign come once to a phone on which somebody signed in meanwhile', async () => {
    const chunk = await stage.takenChunk(2);
    const [anonymous, phone] = [newId(), newId()];
    await stage.database.query('UPDATE recipient SET customer_id = $2 WHERE execution_id = $1 AND seq = 1', [
      chunk.executionId,
      anonymous,
    ]);
    const to = (devices: string[]) => ends(devices, { outcome: 'ACCEPTED', providerMessageId: null });
    const first = { ...chunk, toSeq: 1 };
    await (await sliceOf(stage, first, { ...to([phone]), signedInFrom: [] }))();
    const second = { ...chunk, fromSeq: 2 };
    const signedInFrom = [{ deviceId: phone, profileId: anonymous }];
    await (await sliceOf(stage, second, { ...to([phone]), signedInFrom }))();
    expect(await deliveriesOf(chunk)).toMatchObject([{ device: phone, state: 'ACCEPTED' }]);
    const ended = await stage.database.query('SELECT end_state FROM recipient WHERE execution_id = $1 ORDER BY seq', [
      chunk.executionId,
    ]);
    expect(ended).toEqual([{ end_state: 'SENT' }, { end_state: 'DUPLICATE' }]);
  });

  const refusing: SliceEnds = {
    ...accepted,
    decide: async (_tx, { people }) =>
      people.map((person) => {
        const why = { addressKey: null, reason: 'NOT_SUBSCRIBED', detail: '' };
        return { ...person, medium: 'MOBILE_PUSH', isAllowed: false, ...why };
      }),
  };
  const endsOf = async ({ executionId }: HeldChunk) =>
    (
      await stage.database.query<{ end_state: string }>('SELECT end_state FROM recipient WHERE execution_id = $1', [
        executionId,
      ])
    ).map(({ end_state }) => end_state);
  const tooLate: SliceEnds = { ...accepted, sendBatch: async (all) => all.map(({ deliveryId }) => late(deliveryId)) };

  it('is nothing where a claim was given back: the gate that refuses afterwards is the reason', async () => {
    const chunk = await stage.takenChunk(1);
    await (await sliceOf(stage, chunk, tooLate))();
    expect(await deliveriesOf(chunk)).toEqual([{ device: 'one', state: 'RETRY', attempts: 0 }]);
    await (await sliceOf(stage, await takenOver(chunk), refusing))();
    expect(await deliveriesOf(chunk)).toEqual([]);
    expect(await endsOf(chunk)).toEqual(['NOT_SUBSCRIBED']);
  });

  it('stays a failure, or a doubt, where the message was tried before the claim was given back', async () => {
    const [failed, doubtful] = [await stage.takenChunk(1), await stage.takenChunk(1)];
    await (await sliceOf(stage, failed, ends(['one'], outage)))();
    const failedAgain = await takenOver(failed);
    await (await sliceOf(stage, failedAgain, tooLate))();
    await (await sliceOf(stage, doubtful, ends(['one'], { outcome: 'UNCERTAIN', reason: 'NO_ANSWER', detail: '' })))();
    const doubt = { executionId: doubtful.executionId, chosen: null, as: 'SENT_AGAIN', by: 'tests' } as const;
    await stage.transactions.run((tx) =>
      new SettlementRepository().settle(tx, { ...doubt, reasons: null, isProof: false }),
    );
    await stage.database.query('UPDATE recipient SET end_state = NULL WHERE execution_id = $1', [doubt.executionId]);
    const doubtfulAgain = await takenOver(doubtful);
    await (await sliceOf(stage, doubtfulAgain, tooLate))();
    for (const chunk of [failedAgain, doubtfulAgain]) await (await sliceOf(stage, await takenOver(chunk), refusing))();
    expect([...(await endsOf(failed)), ...(await endsOf(doubtful))]).toEqual(['FAILED', 'UNCERTAIN']);
  });

  it('lets a message that is tried again go to the devices of its first try alone', async () => {
    const chunk = await stage.takenChunk(1);
    await (await sliceOf(stage, chunk, ends(['one'], outage)))();
    const again = await takenOver(chunk);
    const accepting = ends(['one', 'since-then'], { outcome: 'ACCEPTED', providerMessageId: null });
    await (await sliceOf(stage, again, accepting))();
    expect(await deliveriesOf(chunk)).toEqual([{ device: 'one', state: 'ACCEPTED', attempts: 1 }]);
  });
});
