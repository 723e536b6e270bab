import type { Transactions } from '@libs/platform';
import { ChunkRepository } from '../../../src/campaigns/persistence/ledger/chunk.repository';
import { insertExecution, type LedgerStage, setStage } from './stage';

const people = 20_000;

describe('the people of a chunk', () => {
  let stage: LedgerStage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage?.close());

  const list = async (): Promise<string> => {
    const { database, projectId } = stage;
    const executionId = await insertExecution(database, { projectId, people });
    await database.query(
      `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id,
         scheduled_time, is_control, attributes)
       SELECT execution_id, reading, row_no, project_id, customer_id, optimove_template_id, '', false, ARRAY[customer_id]
       FROM recipient WHERE execution_id = $1`,
      [executionId],
    );
    return executionId;
  };

  it('are read one by one, however large an execution is that the planner has not heard of', async () => {
    await list();
    await stage.database.query('ANALYZE recipient, recipient_staging');
    const executionId = await list();
    const chunk = {
      executionId,
      chunkNo: 1,
      fromSeq: 5_001,
      toSeq: 5_100,
      attempt: 0,
      refusals: 0,
      fence: 1,
      isFirst: true,
      matchedBy: null,
      namesSince: null,
    };
    await stage.transactions.run(async (tx) => {
      const open = await new ChunkRepository({ pool: tx } as Transactions).openRecipients(chunk, 100);
      expect(open.map(({ attributes }) => attributes)).toEqual(open.map(({ customerId }) => [customerId]));
      expect(open).toHaveLength(100);
      const [read] = await tx.query(
        `SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int AS rows FROM pg_stat_xact_user_tables
         WHERE relname LIKE 'recipient_staging_%'`,
      );
      expect(read.rows).toBeLessThan(1_000);
    });
  });
});
