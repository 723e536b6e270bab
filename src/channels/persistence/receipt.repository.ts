import type { Receipt } from '@libs/delivery';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ReceiptRow } from '../domain/receipt-row';

/** Which account receipts belong to. */
export interface ReceiptOwner {
  projectId: string;
  accountId: string;
}

interface StoredReceipt {
  id: string;
  project_id: string;
  account_id: string;
  provider_message_id: string;
  status: Receipt['status'];
  code: string;
  occurred_at: Date;
}

/** About half an hour in all: longer than any hand-over takes to be written down. */
const mostTries = 14;
const longestPauseSeconds = 300;

/** The intake of provider receipts: one row per message and status, however often it is told. */
@Injectable()
export class ReceiptRepository {
  /** Stores what is new. @returns how many were. */
  async store(tx: Tx, { projectId, accountId }: ReceiptOwner, receipts: Receipt[]): Promise<number> {
    const rows = await query(
      tx,
      `INSERT INTO receipt_intake (project_id, account_id, provider_message_id, status, code, occurred_at)
       SELECT $1, $2, r.* FROM unnest($3::text[], $4::text[], $5::text[], $6::timestamptz[]) AS r
       ON CONFLICT ON CONSTRAINT uq_receipt_intake DO NOTHING RETURNING id`,
      [
        projectId,
        accountId,
        receipts.map(({ providerMessageId }) => providerMessageId),
        receipts.map(({ status }) => status),
        receipts.map(({ code }) => code),
        receipts.map(({ occurredAt }) => occurredAt),
      ],
    );
    return rows.length;
  }

  /** At most `limit` waiting receipts, oldest first, marked processed; those that another transaction holds are left. */
  async take(tx: Tx, limit: number): Promise<ReceiptRow[]> {
    const rows = await query<StoredReceipt>(
      tx,
      `WITH taken AS (
         UPDATE receipt_intake SET processed_at = now() WHERE id IN (
           SELECT id FROM receipt_intake WHERE processed_at IS NULL AND next_try_at <= now()
           ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
         ) RETURNING *
       ) SELECT id, project_id, account_id, provider_message_id, status, code, occurred_at FROM taken ORDER BY id`,
      [limit],
    );
    return rows.map((row) => ({
      id: row.id,
      projectId: row.project_id,
      accountId: row.account_id,
      providerMessageId: row.provider_message_id,
      status: row.status,
      code: row.code,
      occurredAt: row.occurred_at,
    }));
  }

  /** Makes receipts wait again, each time twice as long; after {@link mostTries} they stay processed. */
  async putBack(tx: Tx, ids: string[]): Promise<void> {
    await execute(
      tx,
      `UPDATE receipt_intake SET processed_at = NULL, tries = tries + 1,
         next_try_at = now() + least(2 ^ tries, $3) * interval '1 second'
       WHERE id = ANY($1::bigint[]) AND tries < $2`,
      [ids, mostTries, longestPauseSeconds],
    );
  }

  /** Accounts with receipts that could be taken now. */
  async waitingAccounts(tx: Tx): Promise<string[]> {
    const rows = await query<{ account_id: string }>(
      tx,
      'SELECT DISTINCT account_id FROM receipt_intake WHERE processed_at IS NULL AND next_try_at <= now()',
    );
    return rows.map((row) => row.account_id);
  }
}
