import { newId, timeOfId } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { ChunkRepository, type HeldChunk } from '../../../src/campaigns/persistence/ledger/chunk.repository';
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

  /** Parts of the ledger that the statements look at which the connection keeps prepared. */
  const partsOfPrepared = async (tx: Tx): Promise<{ statements: number; parts: string[] }> => {
    await tx.query('SET LOCAL plan_cache_mode = force_generic_plan');
    const prepared: { name: string; parameters: number }[] = await tx.query(
      `SELECT name, cardinality(parameter_types) AS parameters FROM pg_prepared_statements
       WHERE statement ~ '(recipient|delivery)' AND name <> ''`,
    );
    for (const { name, parameters } of prepared)
      await tx.query(`EXPLAIN EXECUTE ${name}(${Array.from({ length: parameters }, () => 'NULL').join()})`);
    const parts: { name: string }[] = await tx.query(
      `SELECT DISTINCT relation::regclass::text AS name FROM pg_locks
       WHERE pid = pg_backend_pid() AND relation::regclass::text ~ '^(recipient|recipient_reject|delivery)_[0-9]{8}$' ORDER BY 1`,
    );
    return { statements: prepared.length, parts: parts.map(({ name }) => name) };
  };

  it('costs whoever works on an execution no more than its own day: no kept plan has any other', async () => {
    const chunk = await stage.takenChunk(2);
    const today = timeOfId(chunk.executionId).toISOString().slice(0, 10).replaceAll('-', '');
    await stage.transactions.run(async (tx) => {
      await workOn(tx, chunk);
      expect(await partsOfPrepared(tx)).toEqual({
        statements: 13,
        parts: ['delivery', 'recipient', 'recipient_reject'].map((table) => `${table}_${today}`),
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
});
