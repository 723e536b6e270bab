import { newId, timeOfId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { EngagementRepository } from '../../../src/campaigns/persistence/engagement.repository';
import { ChunkRepository, type HeldChunk } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { EngagementLedgerRepository } from '../../../src/campaigns/persistence/ledger/engagement-ledger.repository';
import { ExecutionLinkRepository } from '../../../src/campaigns/persistence/ledger/execution-link.repository';
import { ReceiptLedgerRepository } from '../../../src/campaigns/persistence/ledger/receipt-ledger.repository';
import { SettlementRepository } from '../../../src/campaigns/persistence/ledger/settlement.repository';
import { TriggeredRepository } from '../../../src/campaigns/persistence/ledger/triggered.repository';
import { CategoryUseRepository } from '../../../src/campaigns/persistence/limits/category-use.repository';
import { TriedMediaRepository } from '../../../src/campaigns/persistence/limits/tried-media.repository';
import { insertExecution, type LedgerStage, pushes, setStage } from './stage';

const dayMs = 86_400_000;
const days = 30;

/** An id that was made so many days ago. */
function idOf(daysAgo: number): string {
  const hex = (Date.now() - daysAgo * dayMs).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${newId().slice(13)}`;
}

/** The parts of these tables in which executions are. */
function partsOf(executionIds: string[], tables = ['delivery', 'recipient']): string[] {
  const days = executionIds.map((id) => timeOfId(id).toISOString().slice(0, 10).replaceAll('-', ''));
  return tables.flatMap((table) => days.map((day) => `${table}_${day}`)).sort();
}

describe('a ledger of many days', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
    for (let day = 1; day <= days; day += 1)
      await stage.database.query(`SELECT ensure_ledger_partitions(now() - $1 * interval '1 day')`, [day]);
  });
  afterAll(() => stage?.close());

  const placing = {
    ...{ waiting: [], occurrences: [], sameCampaign: [], holder: newId(), mostPerHour: 1, namesSince: null },
    matchedBy: [null, null] as [null, null],
  };

  /** All that is done with each chunk. */
  const workOn = async (tx: Tx, chunk: HeldChunk): Promise<void> => {
    const { deliveries, projectId } = stage;
    const { executionId } = chunk;
    const chunks = new ChunkRepository({ pool: tx } as Transactions);
    const [first, second] = pushes(2) as [ReturnType<typeof pushes>[number], ReturnType<typeof pushes>[number]];
    await chunks.openRecipients(chunk, 10);
    await deliveries.claim(tx, chunk, projectId, [first, second]);
    await deliveries.release(tx, chunk, [second]);
    const answer = { ...first, state: 'ACCEPTED' as const, reason: null, providerMessageId: null };
    await deliveries.record(tx, chunk, [{ ...answer, isTry: true, isAddressDead: false }]);
    await deliveries.giveUpRefused(tx, { ...chunk, isFirst: false }, [second]);
    await deliveries.hold(tx, executionId, [{ ...second, until: new Date() }]);
    const ended = [first, second].map(({ seq, profileId }) => ({
      seq,
      profileId,
      dropState: 'NO_CONTENT',
      reason: null,
    }));
    await deliveries.end(tx, executionId, ended);
    await chunks.closeFresh(tx, chunk);
    await new TriedMediaRepository().of(tx, executionId, [1, 2]);
    const use = { categoryId: newId(), profileId: newId(), seq: 1 };
    await new CategoryUseRepository().giveBack(tx, executionId, [use]);
    await new TriggeredRepository().place(tx, { executionId, projectId }, { ...placing, open: [executionId] });
  };

  /** Parts of the ledger that the transaction has looked at, or planned with. */
  const partsLookedAt = async (tx: Tx): Promise<string[]> => {
    const parts: { name: string }[] = await tx.query(
      `SELECT DISTINCT relation::regclass::text AS name FROM pg_locks
       WHERE pid = pg_backend_pid() AND relation::regclass::text ~ '^(recipient|recipient_reject|delivery)_[0-9]{8}$' ORDER BY 1`,
    );
    return parts.map(({ name }) => name);
  };

  /** Parts of the ledger that the statements look at which the connection keeps prepared. */
  const partsOfPrepared = async (tx: Tx): Promise<{ statements: number; parts: string[] }> => {
    await tx.query('SET LOCAL plan_cache_mode = force_generic_plan');
    const prepared: { name: string; parameters: number }[] = await tx.query(
      `SELECT name, cardinality(parameter_types) AS parameters FROM pg_prepared_statements
       WHERE statement ~ '(recipient|delivery)' AND name <> ''`,
    );
    for (const { name, parameters } of prepared)
      await tx.query(`EXPLAIN EXECUTE ${name}(${Array.from({ length: parameters }, () => 'NULL').join()})`);
    return { statements: prepared.length, parts: await partsLookedAt(tx) };
  };

  it('costs whoever works on an execution no more than its own day: no kept plan has any other', async () => {
    const chunk = await stage.takenChunk(2);
    await stage.transactions.run(async (tx) => {
      await workOn(tx, chunk);
      expect(await partsOfPrepared(tx)).toEqual({
        statements: 13,
        parts: partsOf([chunk.executionId], ['delivery', 'recipient', 'recipient_reject']),
      });
    });
  });

  it('counts for the hour of a customer what executions sent that began on another day', async () => {
    const { database, projectId } = stage;
    const executionId = await insertExecution(database, { projectId, people: 0 });
    const earlier = idOf(1);
    await database.query(`UPDATE execution SET kind = 'TRIGGERED' WHERE id = $1`, [executionId]);
    await database.query('DELETE FROM execution_chunk WHERE execution_id = $1', [executionId]);
    await database.query(
      `INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at, end_state)
       VALUES ($1, 1, $2, 1, 1, 'A1', '1', now() - interval '10 minutes', 'SENT')`,
      [earlier, projectId],
    );
    const [row] = await database.query<{ id: string }>(
      `WITH kept AS (
         INSERT INTO callback_journal (project_id, connection_id, kind, body, outcome, execution_id)
         VALUES ($1, $1, 'event-11', '', 'TRIGGERED', $2) RETURNING id, execution_id, received_at
       )
       INSERT INTO callback_waiting (journal_id, execution_id, received_at) SELECT * FROM kept RETURNING journal_id AS id`,
      [projectId, executionId],
    );
    const triggered = new TriggeredRepository();
    const { pool } = stage.transactions;
    const occurrence = { journalId: row?.id ?? '', fingerprint: Buffer.from('x'), customerId: 'A1', templateId: '1' };
    const placed = await triggered.place(
      pool,
      { executionId, projectId },
      {
        ...placing,
        waiting: await triggered.waiting(pool, executionId, 10),
        occurrences: [{ ...occurrence, attributes: [], raw: '' }],
        open: [executionId, earlier],
      },
    );
    expect(placed).toMatchObject({ taken: 1, open: [] });
  });

  /** An execution of so many days ago with one message that was handed over a moment ago. */
  const executionOf = async (daysAgo: number): Promise<{ executionId: string; seq: number; medium: 'EMAIL' }> => {
    const { database, projectId } = stage;
    const executionId = idOf(daysAgo);
    await database.query(
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date, state)
       VALUES ($1, $2, $1, $1, 506, 'c1', current_date, 'RUNNING')`,
      [executionId, projectId],
    );
    await database.query(
      `INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at, profile_id)
       VALUES ($1, 1, $2, 1, 1, 'A1', '1', now(), $3)`,
      [executionId, projectId, newId()],
    );
    await database.query(
      `INSERT INTO delivery (execution_id, seq, medium, address_key, project_id, profile_id, account_id, state, fence, address)
       VALUES ($1, 1, 'EMAIL', 'a1', $2, $3, $3, 'UNCERTAIN', 1, 'a1@example.com')`,
      [executionId, projectId, newId()],
    );
    return { executionId, seq: 1, medium: 'EMAIL' };
  };

  it('is asked and told by day what people did with messages of several, and what providers report of them', async () => {
    const { projectId, transactions } = stage;
    const messages = [await executionOf(20), await executionOf(3)];
    const ids = messages.map(({ executionId }) => executionId);
    const events = messages.map((message) => ({
      ...{ ...message, id: '1', projectId, kind: 'OPENED' as const, isMachine: false, link: null, linkId: null },
      ...{ answers: null, occurredAt: new Date(), saidAt: new Date(), profileId: null },
    }));
    const receipts = messages.map((ref, index) => ({
      receipt: {
        ...{ id: String(index), projectId, accountId: newId(), receivedAt: new Date(), providerMessageId: null },
        ...{ status: 'FAILED' as const, occurredAt: new Date(), bounce: null, address: null },
      } as never,
      ref,
    }));
    await transactions.run(async (tx) => {
      const said = new EngagementRepository();
      const reported = new ReceiptLedgerRepository();
      expect(await new SettlementRepository().proven(tx, messages)).toHaveLength(2);
      expect(await new ExecutionLinkRepository().templatesOf(tx, messages)).toHaveLength(2);
      expect(await said.profilesOf(tx, messages)).toHaveLength(2);
      expect(await said.campaignsOf(tx, messages)).toEqual([]);
      for (const message of messages) expect(await said.recipient(tx, message)).toMatchObject({ projectId });
      expect([...(await said.mailedTo(tx, messages)).values()]).toEqual(['a1@example.com', 'a1@example.com']);
      const pushes = messages.map((message) => ({ ...message, deviceId: 'a1', projectId }));
      const unknown = { ...pushes[0], executionId: newId() } as (typeof pushes)[number];
      expect(await said.wentOut(tx, [pushes[1], unknown, pushes[0]] as typeof pushes)).toEqual([true, false, true]);
      expect(await new EngagementLedgerRepository().apply(tx, events)).toEqual(ids);
      const located = await reported.locate(tx, receipts);
      expect(located.map(({ executionId }) => executionId)).toEqual(ids);
      expect((await reported.apply(tx, located)).sort()).toEqual(ids);
      expect(await partsLookedAt(tx)).toEqual(
        [...partsOf([...ids]), ...partsOf([unknown.executionId], ['delivery'])].sort(),
      );
      const sums = `SELECT execution_id AS id, sum(count)::int AS count FROM execution_tally
        WHERE execution_id = ANY($1::uuid[]) AND measure IN ('ENGAGED:OPENED', 'EVENT:EMAIL:OPENED') GROUP BY 1 ORDER BY 1`;
      expect(await tx.query(sums, [ids])).toEqual(ids.map((id) => ({ id, count: 2 })));
    });
  });

  it('is searched for the message of a text as far back as an execution may have sent it', async () => {
    const { database, projectId, transactions } = stage;
    const { executionId } = await executionOf(25);
    const accountId = newId();
    const text = `INSERT INTO delivery (execution_id, seq, medium, address_key, project_id, profile_id, account_id, state, fence, text_message_id)
      VALUES ($1, 1, 'SMS', 'a1', $2, $3, $3, 'ACCEPTED', 1, 'm1')`;
    await database.query(text, [executionId, projectId, accountId]);
    const receivedAt = new Date(Date.now() + 1_000);
    const receipt = { id: '1', projectId, accountId, receivedAt, providerMessageId: 'm1' } as never;
    const locate = (tx: Tx) => new ReceiptLedgerRepository().locate(tx, [{ receipt, ref: null }]);
    await transactions.run(async (tx) => {
      expect(await locate(tx)).toMatchObject([{ executionId, medium: 'SMS' }]);
      expect(await partsLookedAt(tx)).not.toContain(partsOf([idOf(26)], ['delivery'])[0]);
    });
    await database.query(
      `UPDATE execution SET state = 'COMPLETED', completed_at = now() - interval '13 days' WHERE id = $1`,
      [executionId],
    );
    await transactions.run(async (tx) => expect(await locate(tx)).toHaveLength(1));
  });
});
