import type { Medium } from '@libs/delivery';
import { query, type Tx } from '@libs/platform';
import { type ReceiptRow, receiptWithin } from '@modules/channels';
import { Injectable } from '@nestjs/common';
import type { MessageRef } from '../../domain/engagement';
import { askByDay, isFrom } from './day-tables';

/** A delivery that a receipt is about. */
export interface ReportedDelivery {
  executionId: string;
  seq: number;
  medium: Medium;
  addressKey: string;
  profileId: string;
  state: 'RETRY' | 'ACCEPTED' | 'REJECTED' | 'UNCERTAIN';
  /** Where it went; null when that is not kept. */
  mailedTo: string | null;
  /** Changes with every attempt. */
  version: number;
  /** When the last attempt began. */
  claimedAt: Date;
}

/** A receipt with its delivery. */
export type LocatedReceipt = ReceiptRow & ReportedDelivery;

/** SQL: how much a status counts. A text that arrived has arrived; a mail may bounce after its first server took it. */
const rank = (status: string): string =>
  `coalesce(array_position(CASE medium WHEN 'EMAIL' THEN ARRAY['UNKNOWN', 'DELIVERED', 'FAILED']
     ELSE ARRAY['UNKNOWN', 'FAILED', 'DELIVERED'] END, ${status}), 0)`;

const applySql = `WITH told AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
      AS r(execution_id, seq, medium, address_key, status, occurred_at, bounce)
  ), receipt AS (
    SELECT DISTINCT ON (execution_id, seq, medium, address_key) *, ${rank('status')} AS rank FROM told
    ORDER BY execution_id, seq, medium, address_key, ${rank('status')} DESC, occurred_at
  ), moved AS (
    UPDATE delivery d SET receipt_status = r.status, receipt_at = r.occurred_at, bounce = r.bounce
    FROM receipt r WHERE d.execution_id = r.execution_id AND d.seq = r.seq AND d.medium = r.medium
      AND d.address_key = r.address_key AND ${rank('d.receipt_status').replace('CASE medium', 'CASE d.medium')} < r.rank
      AND ${isFrom('d.execution_id', 8)}
  ), first AS (
    SELECT execution_id, seq, min(occurred_at) FILTER (WHERE status = 'DELIVERED') AS delivered,
      min(occurred_at) FILTER (WHERE status = 'FAILED') AS bounced
    FROM told WHERE status <> 'UNKNOWN' GROUP BY 1, 2
  ), before AS (
    SELECT r.execution_id, r.seq, r.optimove_template_id, r.medium_deeds, f.delivered AS delivered_at, f.bounced AS bounced_at,
      r.delivered_at IS NULL AND f.delivered IS NOT NULL AS delivered, r.bounced_at IS NULL AND f.bounced IS NOT NULL AS bounced
    FROM recipient r JOIN first f ON f.execution_id = r.execution_id AND f.seq = r.seq
    WHERE ${isFrom('r.execution_id', 8)} ORDER BY r.execution_id, r.seq FOR UPDATE OF r
  ), news AS (
    SELECT DISTINCT ON (b.execution_id, b.seq, d.deed) b.execution_id, b.seq, b.optimove_template_id, d.deed, m.medium, m.bounce
    FROM told m
    CROSS JOIN LATERAL (VALUES (m.medium || CASE m.status WHEN 'FAILED' THEN ':BOUNCED' ELSE ':DELIVERED' END)) AS d(deed)
    JOIN before b ON b.execution_id = m.execution_id AND b.seq = m.seq
    WHERE m.status <> 'UNKNOWN' AND NOT coalesce(d.deed = ANY(b.medium_deeds), false)
    ORDER BY b.execution_id, b.seq, d.deed, m.occurred_at
  ), noted AS (
    UPDATE recipient r SET delivered_at = coalesce(r.delivered_at, b.delivered_at),
      bounced_at = coalesce(r.bounced_at, b.bounced_at), medium_deeds = r.medium_deeds || n.deeds
    FROM before b LEFT JOIN (SELECT execution_id, seq, array_agg(deed) AS deeds FROM news GROUP BY 1, 2) AS n
      ON n.execution_id = b.execution_id AND n.seq = b.seq
    WHERE r.execution_id = b.execution_id AND r.seq = b.seq AND (b.delivered OR b.bounced OR n.deeds IS NOT NULL)
      AND ${isFrom('r.execution_id', 8)}
  ), counted AS (
    SELECT execution_id, optimove_template_id, measure FROM before,
      LATERAL (VALUES ('RECEIPT:DELIVERED', delivered), ('RECEIPT:BOUNCED', bounced)) AS k(measure, is_first) WHERE is_first
    UNION ALL
    SELECT execution_id, optimove_template_id, 'PEOPLE:' || deed FROM news
    UNION ALL
    SELECT execution_id, optimove_template_id, 'BOUNCE:' || medium || ':' || bounce FROM news WHERE bounce IS NOT NULL
  )
  INSERT INTO execution_tally AS t (execution_id, chunk_no, optimove_template_id, measure, count)
  SELECT execution_id, 0, optimove_template_id, measure, count(*) FROM counted GROUP BY 1, 3, 4 ORDER BY 1, 3, 4
  ON CONFLICT ON CONSTRAINT pk_execution_tally DO UPDATE SET count = t.count + excluded.count
  RETURNING execution_id`;

const columns = `d.execution_id AS "executionId", d.seq, d.medium, d.address_key AS "addressKey", d.profile_id AS "profileId",
  d.state, d.address AS "mailedTo", d.fence AS version, d.claimed_at AS "claimedAt"`;

type Located = ReportedDelivery & { n: number };

/** The oldest execution that may have sent a text of which a receipt counts; one that failed sent nothing. */
const firstSince = `SELECT id FROM (
    (SELECT id FROM execution WHERE state IN ('ANNOUNCED', 'READING', 'RUNNING') ORDER BY id LIMIT 1)
    UNION ALL (SELECT id FROM execution WHERE completed_at > $1::timestamptz - interval '${receiptWithin}' OFFSET 0)
  ) AS may_have_sent ORDER BY id LIMIT 1`;

async function locateTexts(tx: Tx, texts: { n: number; receipt: ReceiptRow }[]): Promise<Located[]> {
  if (texts.length === 0) return [];
  const receivedAt = texts.map(({ receipt }) => receipt.receivedAt);
  const earliest = new Date(Math.min(...receivedAt.map((at) => at.getTime())));
  const [first] = await query<{ id: string }>(tx, firstSince, [earliest]);
  if (!first) return [];
  return query(
    tx,
    `SELECT i.n, ${columns} FROM unnest($1::int[], $2::uuid[], $3::text[], $4::timestamptz[]) AS i(n, account_id, message_id, received_at)
     CROSS JOIN LATERAL (
       SELECT * FROM delivery d WHERE d.account_id = i.account_id AND d.text_message_id = i.message_id
         AND d.claimed_at BETWEEN i.received_at - interval '${receiptWithin}' AND i.received_at AND d.execution_id >= $5::uuid
       ORDER BY d.claimed_at DESC LIMIT 1
     ) AS d`,
    [
      texts.map(({ n }) => n),
      texts.map(({ receipt }) => receipt.accountId),
      texts.map(({ receipt }) => receipt.providerMessageId),
      receivedAt,
      first.id,
    ],
  );
}

function locateMails(tx: Tx, mails: (MessageRef & { n: number; receipt: ReceiptRow })[]): Promise<Located[]> {
  return askByDay(mails, (ofDay, ids) =>
    query(
      tx,
      `SELECT i.n, ${columns} FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::int[]) AS i(n, project_id, execution_id, seq)
       JOIN delivery d ON d.execution_id = i.execution_id AND d.seq = i.seq AND d.medium = 'EMAIL'
         AND d.project_id = i.project_id AND d.state <> 'CLAIMED' AND ${isFrom('d.execution_id', 5)}`,
      [
        ofDay.map(({ n }) => n),
        ofDay.map(({ receipt }) => receipt.projectId),
        ofDay.map(({ executionId }) => executionId),
        ofDay.map(({ seq }) => seq),
        ...ids,
      ],
    ),
  );
}

/** What receipts change on the ledger. */
@Injectable()
export class ReceiptLedgerRepository {
  /**
   * The deliveries that receipts are about: texts by the provider's id, of which the newest has it where a centre began
   * to count anew; mails by what their Message-ID carries.
   * Deliveries whose answer is not written down yet are left out.
   */
  async locate(tx: Tx, receipts: { receipt: ReceiptRow; ref: MessageRef | null }[]): Promise<LocatedReceipt[]> {
    const numbered = receipts.map((each, n) => Object.assign({ n }, each));
    const texts = numbered.filter(({ ref, receipt }) => !ref && receipt.providerMessageId !== null);
    const mails = numbered.flatMap(({ n, receipt, ref }) => (ref ? [{ n, receipt, ...ref }] : []));
    const rows = [...(await locateTexts(tx, texts)), ...(await locateMails(tx, mails))];
    return rows.flatMap(({ n, ...delivery }) => {
      const given = receipts[n];
      return given ? [{ ...given.receipt, ...delivery }] : [];
    });
  }

  /**
   * Writes statuses on deliveries and, the first time of each, on recipients: `RECEIPT:DELIVERED` and `RECEIPT:BOUNCED`
   * count people, `PEOPLE:<medium>:DELIVERED` and `…:BOUNCED` people of each medium, `BOUNCE:<medium>:<category>` those by
   * the reason that was applied first, the earliest of those applied together. Who counts does not depend on the order of
   * receipts, nor on which of them come together; under which category somebody counts who bounced for several reasons does.
   * @returns the executions whose sums changed.
   */
  async apply(tx: Tx, receipts: LocatedReceipt[]): Promise<string[]> {
    const rows = await askByDay(receipts, (ofDay, ids) =>
      query<{ execution_id: string }>(tx, applySql, [
        ofDay.map(({ executionId }) => executionId),
        ofDay.map(({ seq }) => seq),
        ofDay.map(({ medium }) => medium),
        ofDay.map(({ addressKey }) => addressKey),
        ofDay.map(({ status }) => status),
        ofDay.map(({ occurredAt }) => occurredAt),
        ofDay.map(({ bounce }) => bounce),
        ...ids,
      ]),
    );
    return [...new Set(rows.map((row) => row.execution_id))];
  }
}
