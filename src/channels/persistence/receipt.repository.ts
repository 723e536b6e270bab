import type { Receipt } from '@libs/delivery';
import { execute, type GaugeValue, lagOf, prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type ReceiptRow, receiptWithin } from '../domain/receipt-row';

/** Which account receipts belong to. */
export interface ReceiptOwner {
  projectId: string;
  accountId: string;
}

/** A report that belongs to no message of ours, or that nobody could read. */
export interface UnknownReport {
  id: string;
  accountId: string;
  providerMessageId: string;
  status: Receipt['status'] | 'UNREADABLE';
  code: string;
  raw: string | null;
  receivedAt: Date;
}

/** About half an hour in all: longer than any hand-over takes to be written down. */
const mostTries = 14;
const longestPauseSeconds = 300;
const longestText = 400;
/** What came of a message counts once however often it is told: a repeat is kept out to save its row. Another reason is news. */
const repeatedWithin = '6 hours';

/** The append-only intake of what providers say later. What is told twice is applied once. */
@Injectable()
export class ReceiptRepository {
  /**
   * Stores what is new of each message. A no is a repeat when it was said no later than one that is stored: who says yes in
   * between and no by the same message once more means it. @returns the accounts that something new was stored of.
   */
  async store(tx: Tx, receipts: (ReceiptOwner & Receipt)[]): Promise<string[]> {
    await this.waitForOthers(tx, receipts);
    const rows = await query<{ account_id: string }>(
      tx,
      prepared(`WITH added AS (
         INSERT INTO receipt_intake (project_id, account_id, provider_message_id, status, code, occurred_at, bounce, address)
         SELECT DISTINCT ON (account_id, message_id, status, bounce) r.*
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::text[])
           AS r(project_id, account_id, message_id, status, code, occurred_at, bounce, address)
         WHERE NOT EXISTS (SELECT 1 FROM receipt_intake i
           WHERE i.account_id = r.account_id AND i.provider_message_id = r.message_id AND i.status = r.status
             AND i.bounce IS NOT DISTINCT FROM r.bounce
             AND i.received_at > now() - interval '${receiptWithin}'
             AND CASE WHEN r.status IN ('COMPLAINED', 'UNSUBSCRIBED') THEN i.occurred_at >= r.occurred_at
               ELSE i.received_at > now() - interval '${repeatedWithin}' END)
         ORDER BY account_id, message_id, status, bounce, occurred_at DESC
         RETURNING account_id
       ) SELECT DISTINCT account_id FROM added`),
      [
        receipts.map(({ projectId }) => projectId),
        receipts.map(({ accountId }) => accountId),
        receipts.map(({ providerMessageId }) => storable(providerMessageId)),
        receipts.map(({ status }) => status),
        receipts.map(({ code }) => storable(code)),
        receipts.map(({ occurredAt }) => occurredAt),
        receipts.map(({ bounce }) => bounce ?? null),
        receipts.map(({ address }) => (address ? storable(address) : null)),
      ],
    );
    return rows.map((row) => row.account_id);
  }

  /** Until this transaction ends no other stores receipts of these accounts, which might be the same ones. */
  private async waitForOthers(tx: Tx, receipts: ReceiptOwner[]): Promise<void> {
    await query(
      tx,
      prepared(`SELECT pg_advisory_xact_lock(hashtextextended('receipt_intake ' || id, 0))
         FROM (SELECT DISTINCT id FROM unnest($1::text[]) AS a(id) ORDER BY id) AS accounts`),
      [receipts.map(({ accountId }) => accountId)],
    );
  }

  /** Keeps a report that nobody could read, its beginning as text. */
  async storeUnreadable(
    tx: Tx,
    { projectId, accountId }: ReceiptOwner,
    { reason, raw }: { reason: string; raw: string },
  ): Promise<void> {
    await execute(
      tx,
      `INSERT INTO receipt_intake (project_id, account_id, provider_message_id, status, code, occurred_at, raw, processed_at, is_unknown)
       VALUES ($1, $2, '', 'UNREADABLE', $3, now(), $4, now(), true)`,
      [projectId, accountId, reason, raw],
    );
  }

  /** Reports of a project that belong to no message or could not be read, newest first. */
  unknown(tx: Tx, page: { projectId: string; beforeId: string | null; limit: number }): Promise<UnknownReport[]> {
    return query(
      tx,
      `SELECT id, account_id AS "accountId", provider_message_id AS "providerMessageId", status, code, raw,
         received_at AS "receivedAt"
       FROM receipt_intake WHERE project_id = $1 AND is_unknown AND ($2::bigint IS NULL OR id < $2)
       ORDER BY id DESC LIMIT $3`,
      [page.projectId, page.beforeId, page.limit],
    );
  }

  /** At most `limit` waiting receipts, oldest first, marked processed; those that another transaction holds are left. */
  async take(tx: Tx, limit: number): Promise<ReceiptRow[]> {
    return query(
      tx,
      `WITH taken AS (
         UPDATE receipt_intake SET processed_at = now() WHERE (id, received_at) IN (
           SELECT id, received_at FROM receipt_intake WHERE processed_at IS NULL AND next_try_at <= now()
           ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
         ) RETURNING *
       ) SELECT id, project_id AS "projectId", account_id AS "accountId", provider_message_id AS "providerMessageId",
           status, code, occurred_at AS "occurredAt", bounce, address, received_at AS "receivedAt" FROM taken ORDER BY id`,
      [limit],
    );
  }

  /** Makes receipts wait again, each time twice as long; after {@link mostTries} they are kept as unknown. */
  async putBack(tx: Tx, ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    await execute(
      tx,
      `UPDATE receipt_intake SET processed_at = CASE WHEN tries < $2 THEN NULL ELSE processed_at END,
         is_unknown = tries >= $2, tries = tries + 1, next_try_at = now() + least(2 ^ tries, $3) * interval '1 second'
       WHERE id = ANY($1::bigint[])`,
      [ids, mostTries, longestPauseSeconds],
    );
  }

  /** How long the oldest receipt that could be taken now has waited. */
  lag(tx: Tx): Promise<GaugeValue<never>[]> {
    return lagOf(
      tx,
      `SELECT greatest(received_at, next_try_at) AS at FROM receipt_intake
       WHERE processed_at IS NULL AND next_try_at <= now() ORDER BY id LIMIT 1`,
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

/** A text of somebody else's, as the database takes it. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '').slice(0, longestText);
}
