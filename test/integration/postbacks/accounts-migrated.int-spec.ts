import { newId } from '@libs/foundation';
import type { QueryRunner } from 'typeorm';
import { AccountsOfTotals1795420000591 } from '../../../migrations/1795420000591-accounts-of-totals';
import { AccountsOfEngagement1795420000592 } from '../../../migrations/1795420000592-accounts-of-engagement';
import { AccountsOfSignedEvents1795420000593 } from '../../../migrations/1795420000593-accounts-of-signed-events';
import { createTestDatabase, type TestDatabase } from '../../support/database';

describe('what was told before it was known to which account', () => {
  const projectId = newId();
  let database: TestDatabase;
  let runner: QueryRunner;
  beforeAll(async () => {
    database = await createTestDatabase();
    runner = { query: (sql: string) => database.query(sql) } as unknown as QueryRunner;
  });
  afterAll(() => database?.drop());

  const connect = async (accountId: string, isDeleted = false): Promise<string> => {
    const id = newId();
    await database.query(
      `INSERT INTO connection (id, account_id, project_id, name, endpoint, api_token_hint, callback_secret, metrics_mode, is_disabled, deleted_at)
       VALUES ($1, $2, $3, $1::uuid::text, 'https://api4.example.com/', 'x', 'x', 'DELTA', $4, CASE WHEN $4 THEN now() END)`,
      [id, accountId, projectId, isDeleted],
    );
    return id;
  };

  it('is one total of an account, and no other account is told what was its on the way back', async () => {
    const account = newId();
    const [deleted, inUse, elsewhere] = [await connect(account, true), await connect(account), await connect(newId())];
    await new AccountsOfSignedEvents1795420000593().down(runner);
    await new AccountsOfEngagement1795420000592().down(runner);
    await new AccountsOfTotals1795420000591().down(runner);
    for (const [connectionId, acknowledged] of [
      [deleted, 600],
      [inUse, 100],
      [elsewhere, 7],
    ] as const) {
      await database.query(
        `INSERT INTO metric_total (id, project_id, connection_id, optimove_campaign_id, optimove_channel_id,
           optimove_template_id, metric, owed_value, acknowledged_value, state, closes_at)
         VALUES (gen_random_uuid(), $1, $2, '20417', 506, '7731', 'SENT', $3::int, $3::int, 'ACKNOWLEDGED', now())`,
        [projectId, connectionId, acknowledged],
      );
      for (const batchId of [newId(), null]) await tell(connectionId, batchId);
    }

    await new AccountsOfTotals1795420000591().up(runner);
    await new AccountsOfEngagement1795420000592().up(runner);
    const totals = await database.query(
      'SELECT connection_id AS id, account_id = $1 AS "isOfAccount", acknowledged_value AS told FROM metric_total ORDER BY told',
      [account],
    );
    expect(totals).toEqual([
      { id: elsewhere, isOfAccount: false, told: 7 },
      { id: inUse, isOfAccount: true, told: 700 },
    ]);
    expect(await engagementOf(account)).toEqual({ waiting: 2, owed: 2 });

    await database.query('UPDATE connection SET account_id = $2 WHERE id = $1', [inUse, newId()]);
    await new AccountsOfEngagement1795420000592().down(runner);
    const left = await database.query(
      `SELECT b.connection_id AS id, b.state, (SELECT count(*)::int FROM engagement_event e
         WHERE e.connection_id = b.connection_id AND e.batch_id IS NULL) AS waiting FROM engagement_batch b`,
    );
    expect(left).toHaveLength(3);
    expect(left).toEqual(
      expect.arrayContaining([
        { id: deleted, state: 'OWED', waiting: 1 },
        { id: inUse, state: 'EXPIRED', waiting: 0 },
        { id: elsewhere, state: 'OWED', waiting: 1 },
      ]),
    );
  });

  /** Owes an event of a customer, in a batch or waiting for one. */
  async function tell(connectionId: string, batchId: string | null): Promise<void> {
    const key =
      'project_id, connection_id, optimove_campaign_id, optimove_channel_id, optimove_template_id, event, day';
    const values = `$1, $2, '20417', 506, '7731', 'OPENED', '2026-05-04'`;
    if (batchId) {
      await database.query(
        `INSERT INTO engagement_batch (id, ${key}, road, customers, closes_at) VALUES ($3, ${values}, 'INTERACTIONS', 1, now())`,
        [projectId, connectionId, batchId],
      );
    }
    await database.query(
      `INSERT INTO engagement_event (batch_id, ${key}, customer_id, occurred_at, closes_at) VALUES ($3, ${values}, 'C1', now(), now())`,
      [projectId, connectionId, batchId],
    );
  }

  async function engagementOf(accountId: string): Promise<unknown> {
    const [row] = await database.query(
      `SELECT (SELECT count(*)::int FROM engagement_event WHERE account_id = $1 AND batch_id IS NULL) AS waiting,
         (SELECT count(*)::int FROM engagement_batch WHERE account_id = $1 AND state = 'OWED') AS owed`,
      [accountId],
    );
    return row;
  }
});
