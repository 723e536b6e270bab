import type { Medium } from '@libs/delivery';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { CampaignContent } from '../domain/content/campaign-content';
import type { TestOutcome } from './test-outcome';

/** A test as it is kept. */
export interface TestSendRow {
  id: string;
  projectId: string;
  campaignId: string;
  /** Null: the draft. */
  versionNumber: number | null;
  content: CampaignContent;
  prefix: string;
  sentBy: string;
  createdAt: Date;
}

/** What a test came to at one address of one profile. */
export interface TestDeliveryRow extends TestOutcome {
  receiptStatus: string | null;
}

const keptDays = 90;

/** Test sends and their deliveries; nothing here is read by totals, limits or postbacks. */
@Injectable()
export class TestSendRepository {
  /** Content of a version of a campaign that a launch froze; null when there is none of that number. */
  async version(
    tx: Tx,
    wanted: { projectId: string; campaignId: string; number: number },
  ): Promise<CampaignContent | null> {
    const [row] = await query<{ content: CampaignContent }>(
      tx,
      'SELECT content FROM campaign_version WHERE project_id = $1 AND campaign_id = $2 AND number = $3',
      [wanted.projectId, wanted.campaignId, wanted.number],
    );
    return row?.content ?? null;
  }

  /** Begins a test, and forgets those of the project that are older than 90 days. */
  async insert(tx: Tx, send: Omit<TestSendRow, 'createdAt'>): Promise<void> {
    await execute(tx, "DELETE FROM test_send WHERE project_id = $1 AND created_at < now() - $2 * interval '1 day'", [
      send.projectId,
      keptDays,
    ]);
    await execute(
      tx,
      `INSERT INTO test_send (id, project_id, campaign_id, version_number, content, prefix, sent_by)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7)`,
      [
        send.id,
        send.projectId,
        send.campaignId,
        send.versionNumber,
        JSON.stringify(send.content),
        send.prefix,
        send.sentBy,
      ],
    );
  }

  /** Writes deliveries, or in the place of what was written of them before. */
  async record(tx: Tx, testSendId: string, projectId: string, outcomes: TestOutcome[]): Promise<void> {
    if (outcomes.length === 0) return;
    await execute(
      tx,
      `INSERT INTO test_delivery (test_send_id, project_id, seq, medium, address_key, profile_id, account_id, state, reason, provider_message_id)
       SELECT $1, $2, * FROM unnest($3::int[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[])
       ON CONFLICT ON CONSTRAINT pk_test_delivery DO UPDATE
       SET state = excluded.state, reason = excluded.reason, provider_message_id = excluded.provider_message_id`,
      [
        testSendId,
        projectId,
        outcomes.map(({ seq }) => seq),
        outcomes.map(({ medium }) => medium),
        outcomes.map(({ addressKey }) => addressKey),
        outcomes.map(({ profileId }) => profileId),
        outcomes.map(({ accountId }) => accountId),
        outcomes.map(({ state }) => state),
        outcomes.map(({ reason }) => reason),
        outcomes.map(({ providerMessageId }) => providerMessageId),
      ],
    );
  }

  /** Tests of a campaign, newest first. */
  list(
    tx: Tx,
    page: { projectId: string; campaignId: string; beforeId: string | null; limit: number },
  ): Promise<TestSendRow[]> {
    return query(
      tx,
      `SELECT id, project_id AS "projectId", campaign_id AS "campaignId", version_number AS "versionNumber", content, prefix,
         sent_by AS "sentBy", created_at AS "createdAt"
       FROM test_send WHERE project_id = $1 AND campaign_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [page.projectId, page.campaignId, page.beforeId, page.limit],
    );
  }

  /** Deliveries of some tests, by the id of the test. */
  async deliveries(tx: Tx, projectId: string, testSendIds: string[]): Promise<Map<string, TestDeliveryRow[]>> {
    const rows = await query<TestDeliveryRow & { testSendId: string; medium: Medium }>(
      tx,
      `SELECT test_send_id AS "testSendId", seq, medium, address_key AS "addressKey", profile_id AS "profileId",
         account_id AS "accountId", state, reason, provider_message_id AS "providerMessageId", receipt_status AS "receiptStatus"
       FROM test_delivery WHERE project_id = $1 AND test_send_id = ANY($2::uuid[]) ORDER BY test_send_id, seq, medium, address_key`,
      [projectId, testSendIds],
    );
    const bySend = new Map<string, TestDeliveryRow[]>();
    for (const row of rows) bySend.set(row.testSendId, [...(bySend.get(row.testSendId) ?? []), row]);
    return bySend;
  }

  /** What the kill switches say of these accounts, this connection and channel; null when nothing stands against sending. */
  async stopReason(
    tx: Tx,
    scope: { projectId: string; connectionId: string | null; channelId: string | null; accountIds: string[] },
  ): Promise<string | null> {
    const [row] = await query<{ reason: string }>(
      tx,
      `SELECT reason FROM sending_stop WHERE project_id = $1 AND (
         (scope = 'PROJECT' AND scope_id = $1) OR (scope = 'CONNECTION' AND scope_id = $2) OR (scope = 'CHANNEL' AND scope_id = $3)
         OR (scope = 'PROVIDER_ACCOUNT' AND scope_id = ANY($4::uuid[]))) LIMIT 1`,
      [scope.projectId, scope.connectionId, scope.channelId, scope.accountIds],
    );
    return row?.reason ?? null;
  }

  /** Writes receipts of test messages. @returns `account message` of those that were of tests. */
  async applyReceipts(
    tx: Tx,
    receipts: { accountId: string; providerMessageId: string; status: string; occurredAt: Date }[],
  ): Promise<Set<string>> {
    const rows = await query<{ key: string }>(
      tx,
      `UPDATE test_delivery d SET receipt_status = r.status, receipt_at = r.occurred_at
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS r(account_id, message_id, status, occurred_at)
       WHERE d.account_id = r.account_id AND d.provider_message_id = r.message_id AND d.receipt_status IS DISTINCT FROM 'DELIVERED'
       RETURNING d.account_id || ' ' || d.provider_message_id AS key`,
      [
        receipts.map(({ accountId }) => accountId),
        receipts.map(({ providerMessageId }) => providerMessageId),
        receipts.map(({ status }) => status),
        receipts.map(({ occurredAt }) => occurredAt),
      ],
    );
    return new Set(rows.map(({ key }) => key));
  }
}
