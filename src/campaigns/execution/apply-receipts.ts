import { query, Transactions, type Tx } from '@libs/platform';
import { DeliveryService, type ReceiptRow } from '@modules/channels';
import { Injectable } from '@nestjs/common';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';
import { TestSendRepository } from '../test-send/test-send.repository';

const batchSize = 500;

/** Moves the ledger by provider receipts: delivered, or failed after all. Each receipt is applied once. */
@Injectable()
export class ApplyReceipts {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: TotalsChangeRepository,
    private readonly delivery: DeliveryService,
    private readonly tests: TestSendRepository,
  ) {}

  /** Works until no receipt is left. */
  async run(): Promise<void> {
    while ((await this.applyBatch()) === batchSize);
  }

  private applyBatch(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const receipts = await this.delivery.takeReceipts(tx, batchSize);
      if (receipts.length === 0) return 0;
      const executionIds = await this.apply(tx, receipts);
      await this.delivery.returnReceipts(tx, await this.unknown(tx, receipts));
      await this.changes.add(tx, executionIds);
      return receipts.length;
    });
  }

  /** Receipts of messages whose acceptance is not written down yet. */
  private async unknown(tx: Tx, receipts: ReceiptRow[]): Promise<ReceiptRow[]> {
    const rows = await query<{ account_id: string; provider_message_id: string }>(
      tx,
      `SELECT d.account_id, d.provider_message_id FROM unnest($1::uuid[], $2::text[]) AS r(account_id, message_id)
       JOIN delivery d ON d.account_id = r.account_id AND d.provider_message_id = r.message_id AND d.medium = 'SMS'`,
      [receipts.map(({ accountId }) => accountId), receipts.map(({ providerMessageId }) => providerMessageId)],
    );
    const known = await this.tests.applyReceipts(tx, receipts);
    for (const row of rows) known.add(`${row.account_id} ${row.provider_message_id}`);
    return receipts.filter(({ accountId, providerMessageId }) => !known.has(`${accountId} ${providerMessageId}`));
  }

  /** The recipient counts as delivered from its first delivered message on. */
  private async apply(tx: Tx, receipts: ReceiptRow[]): Promise<string[]> {
    const rows = await query<{ execution_id: string }>(
      tx,
      `WITH receipt AS (
         SELECT DISTINCT ON (account_id, message_id) *
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) AS r(account_id, message_id, status, occurred_at)
         ORDER BY account_id, message_id, array_position(ARRAY['DELIVERED', 'FAILED', 'UNKNOWN'], status)
       ), moved AS (
         UPDATE delivery d SET receipt_status = r.status, receipt_at = r.occurred_at
         FROM receipt r WHERE d.account_id = r.account_id AND d.provider_message_id = r.message_id AND d.medium = 'SMS'
           AND d.receipt_status IS DISTINCT FROM 'DELIVERED'
         RETURNING d.execution_id, d.seq, r.status, r.occurred_at
       ), counted AS (
         UPDATE recipient p SET delivered_at = m.occurred_at
         FROM (SELECT DISTINCT ON (execution_id, seq) * FROM moved WHERE status = 'DELIVERED') m
         WHERE p.execution_id = m.execution_id AND p.seq = m.seq AND p.delivered_at IS NULL
         RETURNING p.execution_id, p.optimove_template_id
       )
       INSERT INTO execution_tally AS t (execution_id, chunk_no, optimove_template_id, measure, count)
       SELECT execution_id, 0, optimove_template_id, 'RECEIPT:DELIVERED', count(*) FROM counted GROUP BY 1, 3
       ON CONFLICT ON CONSTRAINT pk_execution_tally DO UPDATE SET count = t.count + excluded.count
       RETURNING execution_id`,
      [
        receipts.map(({ accountId }) => accountId),
        receipts.map(({ providerMessageId }) => providerMessageId),
        receipts.map(({ status }) => status),
        receipts.map(({ occurredAt }) => occurredAt),
      ],
    );
    return [...new Set(rows.map((row) => row.execution_id))];
  }
}
