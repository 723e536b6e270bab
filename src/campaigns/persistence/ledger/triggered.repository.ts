import { newId } from '@libs/foundation';
import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Announcement } from './announcement.repository';

/** A callback that waits for its place in the audience. */
export interface WaitingTrigger {
  id: string;
  kind: string;
  body: Buffer;
  receivedAt: Date;
}

/** A customer who is added to the audience. */
export interface TriggeredRow {
  customerId: string;
  templateId: string;
  receivedAt: Date;
  attributes: (string | null)[];
  /** Ended at once with this reason, or null. */
  limitReason: string | null;
}

/** A repeat of an occurrence, kept as a duplicate. */
export interface RepeatedRow {
  customerId: string;
  templateId: string;
  raw: string;
}

const repeatWindow = '10 minutes';

/** Triggered executions: their waiting callbacks and growing audience. */
@Injectable()
export class TriggeredRepository {
  /** The day's execution, made when it is not there; it is running from the start. `closesAt` ends the day. */
  async open(tx: Tx, announcement: Announcement, zone: { timeZone: string }): Promise<{ id: string; isOpen: boolean }> {
    const { projectId, connectionId, channelId, optimoveChannelId, optimoveCampaignId, runDate } = announcement;
    const key = [projectId, connectionId, optimoveCampaignId, channelId, runDate];
    await query(
      tx,
      `INSERT INTO execution (id, project_id, connection_id, optimove_campaign_id, channel_id, run_date, optimove_channel_id,
         kind, state, frozen_at, closes_at)
       VALUES ($6, $1, $2, $3, $4, $5, $7, 'TRIGGERED', 'RUNNING', now(),
         (($5::date + 1)::timestamp AT TIME ZONE $8) + interval '1 hour')
       ON CONFLICT ON CONSTRAINT uq_execution_announcement DO NOTHING`,
      [...key, newId(), optimoveChannelId, zone.timeZone],
    );
    const [row] = await query<{ id: string; isOpen: boolean }>(
      tx,
      `SELECT id, kind = 'TRIGGERED' AND state = 'RUNNING' AND cancel_requested_at IS NULL AS "isOpen" FROM execution WHERE project_id = $1 AND connection_id = $2 AND optimove_campaign_id = $3
         AND channel_id = $4 AND run_date = $5 AND kind = 'TRIGGERED'`,
      key,
    );
    return row ?? { id: '', isOpen: false };
  }

  /** Takes waiting callbacks, oldest first; nobody else takes them, and they wait again if `tx` fails. */
  async takeWaiting(tx: Tx, executionId: string, limit: number): Promise<WaitingTrigger[]> {
    const rows = await query<WaitingTrigger>(
      tx,
      `WITH taken AS (
         UPDATE callback_journal SET drained_at = now() WHERE id IN (
           SELECT id FROM callback_journal WHERE execution_id = $1 AND outcome = 'TRIGGERED' AND drained_at IS NULL
           ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, body, received_at
       ) SELECT id, kind, body, received_at AS "receivedAt" FROM taken ORDER BY taken.id`,
      [executionId, limit],
    );
    return rows;
  }

  /** Positions of fingerprints that were not seen in the last minutes; all are seen now. */
  async freshOf(tx: Tx, executionId: string, fingerprints: Buffer[]): Promise<Set<string>> {
    const rows = await query<{ fingerprint: Buffer }>(
      tx,
      `INSERT INTO triggered_occurrence AS o (execution_id, fingerprint)
       SELECT DISTINCT $1::uuid, f FROM unnest($2::bytea[]) AS f
       ON CONFLICT ON CONSTRAINT pk_triggered_occurrence DO UPDATE SET seen_at = now()
       WHERE o.seen_at < now() - interval '${repeatWindow}'
       RETURNING fingerprint`,
      [executionId, fingerprints],
    );
    return new Set(rows.map(({ fingerprint }) => fingerprint.toString('hex')));
  }

  /** How many messages of this execution each customer was meant for in the last hour. */
  async recentCounts(tx: Tx, executionId: string, customerIds: string[]): Promise<Map<string, number>> {
    const rows = await query<{ customer_id: string; count: number }>(
      tx,
      `SELECT customer_id, count(*)::int AS count FROM recipient
       WHERE execution_id = $1 AND customer_id = ANY($2::text[]) AND due_at > now() - interval '1 hour' GROUP BY customer_id`,
      [executionId, customerIds],
    );
    return new Map(rows.map((row) => [row.customer_id, row.count]));
  }

  /** Locks the execution and returns where its audience ends and what its values are; null while another worker has it. */
  async lock(
    tx: Tx,
    executionId: string,
  ): Promise<{ lastSeq: number; lastChunk: number; attributes: string[]; isRunning: boolean } | null> {
    const [row] = await query<{ lastSeq: number; attributes: string[]; isRunning: boolean }>(
      tx,
      `SELECT received AS "lastSeq", attributes, kind = 'TRIGGERED' AND state = 'RUNNING' AS "isRunning"
       FROM execution WHERE id = $1 FOR UPDATE SKIP LOCKED`,
      [executionId],
    );
    if (!row) return null;
    // A statement of its own: the one that locks may see the chunks as they were before another drain let go.
    const [last] = await query<{ chunkNo: number }>(
      tx,
      'SELECT coalesce(max(chunk_no), 0) AS "chunkNo" FROM execution_chunk WHERE execution_id = $1',
      [executionId],
    );
    return { ...row, lastChunk: last?.chunkNo ?? 0 };
  }

  /** Adds customers as one chunk that is due now, and repeats as duplicates; all sums follow. */
  async add(
    tx: Tx,
    place: { executionId: string; projectId: string; lastSeq: number; chunkNo: number },
    added: { rows: TriggeredRow[]; repeats: RepeatedRow[] },
  ): Promise<void> {
    const { executionId, projectId, lastSeq, chunkNo } = place;
    const { rows, repeats } = added;
    const seqs = rows.map((_row, index) => lastSeq + index + 1);
    await query(
      tx,
      `INSERT INTO recipient_staging (execution_id, reading, row_no, project_id, customer_id, optimove_template_id, scheduled_time, is_control, attributes)
       SELECT $1, 1, r.seq, $2, r.customer_id, r.template_id, '', false, ARRAY(SELECT jsonb_array_elements_text(r.attributes::jsonb))
       FROM unnest($3::int[], $4::text[], $5::text[], $6::text[]) AS r(seq, customer_id, template_id, attributes)`,
      [
        executionId,
        projectId,
        seqs,
        rows.map(({ customerId }) => customerId),
        rows.map(({ templateId }) => templateId),
        rows.map(({ attributes }) => JSON.stringify(attributes)),
      ],
    );
    await query(
      tx,
      `INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at, end_state, reason, ended_at)
       SELECT $1, r.seq, $2, 1, r.seq, r.customer_id, r.template_id,
         clock_timestamp() + r.seq * interval '1 microsecond',
         CASE WHEN r.reason IS NULL THEN NULL ELSE 'CATEGORY_LIMIT' END, r.reason, CASE WHEN r.reason IS NULL THEN NULL ELSE now() END
       FROM unnest($3::int[], $4::text[], $5::text[], $6::text[]) AS r(seq, customer_id, template_id, reason)`,
      [
        executionId,
        projectId,
        seqs,
        rows.map(({ customerId }) => customerId),
        rows.map(({ templateId }) => templateId),
        rows.map(({ limitReason }) => limitReason),
      ],
    );
    await query(
      tx,
      `INSERT INTO recipient_reject (execution_id, reading, row_no, project_id, state, optimove_template_id, customer_id, reason, raw)
       SELECT $1, 1, r.row_no, $2, 'DUPLICATE', r.template_id, r.customer_id, 'The same callback came within ${repeatWindow}', r.raw
       FROM unnest($3::int[], $4::text[], $5::text[], $6::text[]) AS r(row_no, template_id, customer_id, raw)`,
      [
        executionId,
        projectId,
        repeats.map((_row, index) => lastSeq + rows.length + index + 1),
        repeats.map(({ templateId }) => templateId),
        repeats.map(({ customerId }) => customerId),
        repeats.map(({ raw }) => raw),
      ],
    );
    await this.count(tx, executionId, added);
    if (rows.length === 0) return;
    await query(
      tx,
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at) VALUES ($1, $2, $3, $4, now())`,
      [executionId, chunkNo, lastSeq + 1, lastSeq + rows.length],
    );
  }

  private async count(
    tx: Tx,
    executionId: string,
    { rows, repeats }: { rows: TriggeredRow[]; repeats: RepeatedRow[] },
  ): Promise<void> {
    await query(
      tx,
      `UPDATE execution_template t SET received = t.received + n.received, duplicates = t.duplicates + n.duplicates
       FROM (SELECT id, count(*)::int AS received, (count(*) FILTER (WHERE is_repeat))::int AS duplicates
             FROM unnest($2::text[], $3::boolean[]) AS u(id, is_repeat) GROUP BY id) AS n
       WHERE t.execution_id = $1 AND t.optimove_template_id = n.id`,
      [
        executionId,
        [...rows, ...repeats].map(({ templateId }) => templateId),
        [...rows.map(() => false), ...repeats.map(() => true)],
      ],
    );
    await query(tx, 'UPDATE execution SET received = received + $2, recipients = recipients + $3 WHERE id = $1', [
      executionId,
      rows.length + repeats.length,
      rows.length,
    ]);
  }

  /** Executions with callbacks that nobody has taken for a while. */
  async neglected(tx: Tx, idleSeconds: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT DISTINCT j.execution_id AS id FROM callback_journal j JOIN execution e ON e.id = j.execution_id AND e.state = 'RUNNING'
       WHERE j.outcome = 'TRIGGERED' AND j.drained_at IS NULL AND j.received_at < now() - $1 * interval '1 second' LIMIT 500`,
      [idleSeconds],
    );
    return rows.map(({ id }) => id);
  }

  /** Ends the day of executions whose time is over and that have nothing waiting. */
  async close(tx: Tx): Promise<void> {
    await query(
      tx,
      `UPDATE execution e SET read_at = now() WHERE e.kind = 'TRIGGERED' AND e.state = 'RUNNING' AND e.read_at IS NULL AND e.closes_at < now()
         AND NOT EXISTS (SELECT 1 FROM callback_journal j WHERE j.execution_id = e.id AND j.outcome = 'TRIGGERED' AND j.drained_at IS NULL)`,
    );
  }
}
