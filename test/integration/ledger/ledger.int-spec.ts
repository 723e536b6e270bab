import { newId } from '@libs/foundation';
import { FencedError } from '../../../src/campaigns/domain/execution/errors';
import { chunkJobOf, drainTriggeredJob, readRecipientsJob } from '../../../src/campaigns/jobs/execution.jobs';
import type { HeldChunk } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import type {
  ClaimedDelivery,
  DeliveryOutcome,
  NewDelivery,
} from '../../../src/campaigns/persistence/ledger/delivery.repository';
import type { LocatedReceipt } from '../../../src/campaigns/persistence/ledger/receipt-ledger.repository';
import { SettlementRepository } from '../../../src/campaigns/persistence/ledger/settlement.repository';
import { clocksOf, type LedgerStage, pushes, setStage } from './stage';

describe('the ledger', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.close());

  const people = 5;
  const claim = (chunk: HeldChunk, wanted: ReturnType<typeof pushes>): Promise<Map<string, ClaimedDelivery>> =>
    stage.transactions.run((tx) => stage.deliveries.claim(tx, chunk, stage.projectId, wanted));
  const answer = (chunk: HeldChunk, seq: number, state: DeliveryOutcome['state']): Promise<void> =>
    stage.transactions.run((tx) =>
      stage.deliveries.record(tx, chunk, [
        {
          seq,
          medium: 'MOBILE_PUSH',
          addressKey: `device-${seq}`,
          state,
          reason: null,
          providerMessageId: null,
          isTry: true,
          isAddressDead: false,
        },
      ]),
    );
  const statesOf = async ({ executionId }: HeldChunk): Promise<string[]> =>
    (
      await stage.database.query<{ state: string }>('SELECT state FROM delivery WHERE execution_id = $1 ORDER BY seq', [
        executionId,
      ])
    ).map(({ state }) => state);
  const taken = async ({ executionId }: HeldChunk, holder: string): Promise<HeldChunk> => {
    const chunk = await stage.chunks.take({ executionId, chunkNo: 1 }, holder);
    if (!chunk) throw new Error('The chunk cannot be taken over');
    return chunk;
  };
  const otherWorker = '0193a3f0-0000-7000-8000-000000000002';

  it('claims a hand-over once; only one that was refused for now is claimed again', async () => {
    const chunk = await stage.takenChunk(people);
    const wanted = pushes(4);
    expect((await claim(chunk, wanted)).size).toBe(4);
    await answer(chunk, 1, 'ACCEPTED');
    await answer(chunk, 2, 'UNCERTAIN');
    await answer(chunk, 3, 'RETRY');
    expect([...(await claim(chunk, wanted)).keys()]).toEqual(['3 MOBILE_PUSH device-3']);
  });

  it('finds a chunk whose worker and job are gone, and none that is held', async () => {
    const held = await stage.takenChunk(people);
    const lost = await stage.takenChunk(people);
    await stage.age(lost, 60);
    const found = await stage.transactions.run((tx) => stage.chunks.stranded(tx, 100));
    const ids = found.map(({ executionId }) => executionId);
    expect(ids).toContain(lost.executionId);
    expect(ids).not.toContain(held.executionId);
  });

  it('finds a chunk at once when its lease ran out or its worker gave it up, and only once', async () => {
    const [expired, abandoned] = [await stage.takenChunk(people), await stage.takenChunk(people)];
    await stage.database.query('UPDATE execution_chunk SET held_until = now() WHERE execution_id = $1', [
      expired.executionId,
    ]);
    await stage.chunks.abandon(abandoned);
    const find = async (): Promise<string[]> =>
      (await stage.transactions.run((tx) => stage.chunks.stranded(tx, 100))).map(({ executionId }) => executionId);
    expect(await find()).toEqual(expect.arrayContaining([expired.executionId, abandoned.executionId]));
    expect(await find()).toEqual([]);
  });

  it('counts as refused only what was worked on to its end, however often a chunk was queued again', async () => {
    const first = await stage.takenChunk(people);
    await stage.chunks.release(first);
    for (let looks = 0; looks < 5; looks += 1) {
      await stage.age(first, 60);
      await stage.transactions.run((tx) => stage.chunks.stranded(tx, 100));
    }
    const again = await taken(first, otherWorker);
    expect(again).toMatchObject({ attempt: 5, refusals: 0 });
    await stage.transactions.run((tx) => stage.chunks.putOff(tx, again, new Date(0)));
    const refused = await taken(first, otherWorker);
    expect(refused.refusals).toBe(0);
    await stage.transactions.run((tx) => stage.chunks.close(tx, refused, { at: new Date(0), isRefused: true }));
    expect(await taken(first, otherWorker)).toMatchObject({ attempt: 7, refusals: 1 });
    const opened = { seqs: [1], chunkNos: [first.chunkNo] };
    await stage.transactions.run((tx) => new SettlementRepository().reopen(tx, first.executionId, opened));
    expect(await taken(first, otherWorker)).toMatchObject({ attempt: 8, refusals: 0 });
  });

  it('keeps the next chunks of an execution queued, not all of one that takes hours', async () => {
    const { executionId } = await stage.takenChunk(people);
    await stage.database.query(
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at, queued_at)
       SELECT $1, n, n * 10, n * 10, now() - interval '1 minute', now() - interval '1 minute' FROM generate_series(2, 300) AS n`,
      [executionId],
    );
    const find = async (): Promise<number[]> =>
      (await stage.transactions.run((tx) => stage.chunks.stranded(tx, 1_000)))
        .filter((chunk) => chunk.executionId === executionId)
        .map(({ chunkNo }) => chunkNo)
        .sort((one, other) => one - other);
    expect(await find()).toEqual(Array.from({ length: 100 }, (_, index) => index + 2));
    expect(await find()).toEqual([]);
    await stage.database.query(
      `UPDATE execution_chunk SET state = 'DONE' WHERE execution_id = $1 AND chunk_no BETWEEN 2 AND 51`,
      [executionId],
    );
    expect(await find()).toEqual(Array.from({ length: 50 }, (_, index) => index + 102));
  });

  it('finds every chunk whose worker is gone before any that is late, however many wait in front of it', async () => {
    const { executionId } = await stage.takenChunk(people);
    await stage.database.query(
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at, queued_at, holder, held_until)
       SELECT $1, n, n * 10, n * 10, now() - interval '1 minute', now() - interval '1 minute',
         CASE WHEN n > 250 THEN $2::uuid END, CASE WHEN n > 250 THEN now() - interval '1 second' END
       FROM generate_series(2, 300) AS n`,
      [executionId, otherWorker],
    );
    const found = await stage.transactions.run((tx) => stage.chunks.stranded(tx, 60));
    const chunkNos = found.filter((chunk) => chunk.executionId === executionId).map(({ chunkNo }) => chunkNo);
    expect(chunkNos.sort((one, other) => one - other)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => index + 2),
      ...Array.from({ length: 50 }, (_, index) => index + 251),
    ]);
  });

  it('doubts what a lost worker had claimed, and nothing else', async () => {
    const chunk = await stage.takenChunk(people);
    await claim(chunk, pushes(3));
    await answer(chunk, 1, 'ACCEPTED');
    await answer(chunk, 2, 'RETRY');
    await stage.age(chunk, 60);
    const next = await taken(chunk, otherWorker);
    const doubted = await stage.transactions.run((tx) => stage.deliveries.settleLost(tx, next));
    expect(doubted).toEqual([3]);
    expect(await statesOf(chunk)).toEqual(['ACCEPTED', 'RETRY', 'UNCERTAIN']);
  });

  it('hands over again what a lost worker had claimed where the account knows what it has', async () => {
    const chunk = await stage.takenChunk(people);
    const wanted = pushes(2);
    await claim(chunk, wanted);
    await stage.age(chunk, 60);
    const next = await taken(chunk, otherWorker);
    const accountId = wanted[0]?.accountId ?? '';
    const doubted = await stage.transactions.run((tx) => stage.deliveries.settleLost(tx, next, [accountId]));
    expect(doubted).toEqual([2]);
    expect([...(await claim(next, wanted)).keys()]).toEqual(['1 MOBILE_PUSH device-1']);
  });

  it('takes a message that its customer opened for sent, and leaves in doubt what may be another one', async () => {
    const chunk = await stage.takenChunk(3);
    const wanted = pushes(3);
    const doubtful = [...wanted, { ...(wanted[1] as NewDelivery), addressKey: 'device-2b' }];
    await claim(chunk, doubtful);
    await stage.database.query(`UPDATE delivery SET state = 'UNCERTAIN' WHERE execution_id = $1`, [chunk.executionId]);
    await stage.database.query(`UPDATE recipient SET end_state = 'UNCERTAIN' WHERE execution_id = $1`, [
      chunk.executionId,
    ]);
    await stage.transactions.run((tx) => stage.chunks.close(tx, chunk, { at: new Date(), isRefused: false }));
    const opened = [1, 2].map((seq) => ({ executionId: chunk.executionId, seq, medium: 'MOBILE_PUSH' }));
    await stage.transactions.run((tx) => stage.proven.run(tx, opened));
    expect(await statesOf(chunk)).toEqual(['ACCEPTED', 'UNCERTAIN', 'UNCERTAIN', 'UNCERTAIN']);
    const tallies = await stage.database.query(
      `SELECT measure, count FROM execution_tally WHERE execution_id = $1 ORDER BY 1`,
      [chunk.executionId],
    );
    expect(tallies).toEqual([
      { measure: 'DELIVERY:MOBILE_PUSH:ACCEPTED', count: 1 },
      { measure: 'DELIVERY:MOBILE_PUSH:UNCERTAIN', count: 3 },
      { measure: 'PEOPLE:MOBILE_PUSH:SENT', count: 1 },
      { measure: 'SENT', count: 1 },
      { measure: 'UNCERTAIN', count: 2 },
    ]);
  });

  it('takes a message that its provider reports on for sent', async () => {
    const chunk = await stage.takenChunk(2);
    await claim(chunk, pushes(2));
    const { executionId } = chunk;
    await stage.database.query(`UPDATE delivery SET state = 'UNCERTAIN' WHERE execution_id = $1`, [executionId]);
    await stage.database.query(`UPDATE recipient SET end_state = 'UNCERTAIN' WHERE execution_id = $1`, [executionId]);
    await stage.transactions.run((tx) => stage.chunks.close(tx, chunk, { at: new Date(), isRefused: false }));
    const [reported] = await stage.database.query<LocatedReceipt>(
      `SELECT execution_id AS "executionId", seq, medium, address_key AS "addressKey", project_id AS "projectId", state, fence AS version
       FROM delivery WHERE execution_id = $1 AND seq = 1`,
      [executionId],
    );
    await stage.transactions.run((tx) => stage.reported.run(tx, reported ? [reported] : []));
    expect(await statesOf(chunk)).toEqual(['ACCEPTED', 'UNCERTAIN']);
    const ends = 'SELECT end_state AS "endState" FROM recipient WHERE execution_id = $1 ORDER BY seq';
    expect(await stage.database.query(ends, [executionId])).toEqual([{ endState: 'SENT' }, { endState: 'UNCERTAIN' }]);
    const sums = `SELECT measure, count FROM execution_tally WHERE execution_id = $1 AND measure IN ('SENT', 'UNCERTAIN') ORDER BY 1`;
    expect(await stage.database.query(sums, [executionId])).toEqual([
      { measure: 'SENT', count: 1 },
      { measure: 'UNCERTAIN', count: 1 },
    ]);
  });

  it('takes no answer from a worker whose chunk another one has', async () => {
    const chunk = await stage.takenChunk(people);
    await claim(chunk, pushes(1));
    await stage.age(chunk, 60);
    await taken(chunk, otherWorker);
    await expect(stage.transactions.run((tx) => stage.chunks.assertHeld(tx, chunk))).rejects.toThrow(FencedError);
  });

  it('completes an execution when the sums agree, and not before', async () => {
    const chunk = await stage.takenChunk(people);
    await stage.database.query(`UPDATE recipient SET end_state = 'SENT' WHERE execution_id = $1 AND seq <= $2`, [
      chunk.executionId,
      people,
    ]);
    await stage.transactions.run((tx) => stage.chunks.close(tx, chunk, { at: new Date(), isRefused: false }));
    await stage.database.query('UPDATE execution SET recipients = recipients + 1 WHERE id = $1', [chunk.executionId]);
    await expect(stage.completion.tryComplete(chunk.executionId)).rejects.toThrow('do not agree');
    await stage.database.query('UPDATE execution SET recipients = recipients - 1 WHERE id = $1', [chunk.executionId]);
    await stage.database.query(
      `INSERT INTO execution_template (execution_id, optimove_template_id, received) VALUES ($1, '1', 4), ($1, '2', 1)`,
      [chunk.executionId],
    );
    await expect(stage.completion.tryComplete(chunk.executionId)).rejects.toThrow('"unbalanced":2');
    await stage.database.query(
      `UPDATE execution_template SET received = CASE optimove_template_id WHEN '1' THEN 5 ELSE 0 END
       WHERE execution_id = $1`,
      [chunk.executionId],
    );
    expect(await stage.completion.tryComplete(chunk.executionId)).toBe(true);
  });

  it('makes every job again when the queues are wiped: lists to read, triggers to place, chunks to send', async () => {
    const [list, channelId] = [newId(), newId()];
    await stage.database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date, announced_at)
       VALUES ($1, $2, $3, $3, 506, 'unread', current_date, now() - interval '1 minute')`,
      [list, stage.projectId, channelId],
    );
    const { executionId: chunk } = await stage.takenChunk(people);
    await stage.database.query(
      `UPDATE execution_chunk SET held_until = NULL, due_at = now() - interval '1 minute', queued_at = now() - interval '1 minute'
       WHERE execution_id = $1`,
      [chunk],
    );
    const { executionId: day } = await stage.takenChunk(people);
    await stage.database.query(`UPDATE execution SET kind = 'TRIGGERED' WHERE id = $1`, [day]);
    await stage.database.query(
      `WITH kept AS (
         INSERT INTO callback_journal (project_id, connection_id, kind, body, outcome, execution_id, received_at)
         VALUES ($1, $2, 'event-11', '', 'TRIGGERED', $3, now() - interval '1 minute') RETURNING id, execution_id, received_at)
       INSERT INTO callback_waiting (journal_id, execution_id, received_at) SELECT * FROM kept`,
      [stage.projectId, channelId, day],
    );
    await stage.database.query('DELETE FROM outbox_message');
    await (await clocksOf(stage)).sweep();
    const jobs = await stage.database.query<{ queue: string; id: string }>(
      `SELECT queue, data ->> 'executionId' AS id FROM outbox_message`,
    );
    expect(jobs).toContainEqual({ queue: readRecipientsJob.queue, id: list });
    expect(jobs).toContainEqual({ queue: drainTriggeredJob.queue, id: day });
    expect(jobs).toContainEqual({ queue: chunkJobOf('SCHEDULED').queue, id: chunk });
  });
});
