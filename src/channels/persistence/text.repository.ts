import type { InboundText, SmsKeyword } from '@libs/delivery';
import { execute, type GaugeValue, lagOf, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { KeywordRow } from '../domain/keyword-row';
import type { ReceiptOwner } from './receipt.repository';

/** A text as it is listed. */
export interface ListedText {
  id: string;
  accountId: string;
  from: string;
  to: string;
  text: string;
  keyword: SmsKeyword | null;
  isUnknown: boolean;
  appliedAt: Date | null;
  receivedAt: Date;
}

/** Which texts to list. */
export interface TextPage {
  projectId: string;
  keywords: string[] | null;
  isOther: boolean | null;
  from: string | null;
  beforeId: string | null;
  limit: number;
}

/** The append-only intake of texts that people sent. */
@Injectable()
export class TextRepository {
  async store(tx: Tx, { projectId, accountId }: ReceiptOwner, texts: InboundText[]): Promise<void> {
    await execute(
      tx,
      `INSERT INTO text_intake (project_id, account_id, from_number, to_number, text, keyword, occurred_at, processed_at)
       SELECT $1, $2, t.*, CASE WHEN t.keyword IS NULL THEN now() END
       FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
         AS t(from_number, to_number, text, keyword, occurred_at)`,
      [
        projectId,
        accountId,
        texts.map(({ from }) => from),
        texts.map(({ to }) => to),
        texts.map(({ text }) => text),
        texts.map(({ keyword }) => keyword),
        texts.map(({ occurredAt }) => occurredAt),
      ],
    );
  }

  /** How long the oldest waiting keyword has waited. */
  lag(tx: Tx): Promise<GaugeValue<never>[]> {
    return lagOf(tx, 'SELECT received_at AS at FROM text_intake WHERE processed_at IS NULL ORDER BY id LIMIT 1');
  }

  /** At most `limit` waiting keywords, oldest first, marked processed; those that another transaction holds are left. */
  take(tx: Tx, limit: number): Promise<KeywordRow[]> {
    return query(
      tx,
      `WITH taken AS (
         UPDATE text_intake SET processed_at = now() WHERE (id, received_at) IN (
           SELECT id, received_at FROM text_intake WHERE processed_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
         ) RETURNING *
       ) SELECT id, project_id AS "projectId", account_id AS "accountId", from_number AS number, keyword,
           occurred_at AS "occurredAt", received_at AS "receivedAt" FROM taken ORDER BY id`,
      [limit],
    );
  }

  /** Texts of a project, newest first; null does not narrow. `isOther`: whether they are no keywords. */
  list(tx: Tx, page: TextPage): Promise<ListedText[]> {
    return query(
      tx,
      `SELECT id, account_id AS "accountId", from_number AS "from", to_number AS "to", text, keyword,
         is_unknown AS "isUnknown", CASE WHEN keyword IS NOT NULL THEN processed_at END AS "appliedAt",
         received_at AS "receivedAt"
       FROM text_intake WHERE project_id = $1 AND ($2::bigint IS NULL OR id < $2)
         AND ($3::text[] IS NULL OR keyword = ANY($3)) AND ($4::boolean IS NULL OR (keyword IS NULL) = $4)
         AND ($5::text IS NULL OR from_number = $5) ORDER BY id DESC LIMIT $6`,
      [page.projectId, page.beforeId, page.keywords, page.isOther, page.from, page.limit],
    );
  }

  /** Keeps in mind that the numbers of these texts belong to nobody we know. */
  async markUnknown(tx: Tx, ids: string[]): Promise<void> {
    await execute(tx, 'UPDATE text_intake SET is_unknown = true WHERE id = ANY($1::bigint[])', [ids]);
  }
}
