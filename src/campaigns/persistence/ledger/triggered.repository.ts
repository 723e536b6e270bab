import { randomInt } from 'node:crypto';
import { execute, type GaugeValue, lagOf, prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { MatchedBy } from '../../domain/execution/matched-by';
import { type HeldChunk, leaseSeconds } from './chunk.repository';
import { type DayTables, onDays } from './day-tables';

/** A callback that waits for its place in the audience. */
export interface WaitingTrigger {
  id: string;
  kind: string;
  body: Buffer;
  receivedAt: Date;
  /** The template as it was understood when the callback came. */
  templateId: string | null;
}

/** Other triggered executions that an occurrence is compared with. */
export interface Siblings {
  /** The same campaign on the day before or after, or before it was cancelled, as long as an occurrence could belong to either. */
  sameCampaign: string[];
  /** All of the connection whose day is not over, this one too. */
  open: string[];
}

/** A readable callback on its way to its place. */
export interface TriggeredRow {
  journalId: string;
  /** What the occurrence is known by when it is told again. */
  fingerprint: Buffer;
  customerId: string;
  templateId: string;
  attributes: (string | null)[];
  /** The body as text, for whoever looks at a repeat. */
  raw: string;
}

/** What is to be placed, and for whom. */
export interface Placing extends Siblings {
  /** All callbacks that are taken, readable or not. */
  waiting: WaitingTrigger[];
  occurrences: TriggeredRow[];
  /** Who sends the chunk. */
  holder: string;
  /** Messages of the connection that one customer gets within an hour. */
  mostPerHour: number;
  /** By which attributes the customers are told. */
  matchedBy: MatchedBy;
  /** Since when their ids mean whom they mean. */
  namesSince: Date | null;
}

/** What came of it. */
export interface Placed {
  /** Callbacks. */
  taken: number;
  /** How long the first of the new ones had waited. */
  lagMs: number;
  /** The chunk of the new customers; null when all were repeats. */
  chunk: HeldChunk | null;
  /** Those of them who wait for their message. */
  open: { journalId: string; seq: number; dueAt: Date }[];
}

interface PlacedRow {
  taken: number;
  lagMs: number;
  fromSeq: number;
  toSeq: number;
  journalId: string | null;
  seq: number;
  dueAt: Date;
}

const repeatWindow = '10 minutes';

/** Why a callback is refused whose day is over. */
export const executionNotOpen = 'The execution of this campaign and day is not open';

/** The fence of a chunk that is sent by whoever made it is below. */
const highestFence = 2 ** 30;

/** What customer `s` was sent in one day's part of the executions `$13`. */
const messagesOfCustomer = ({ recipient }: DayTables): string =>
  `SELECT due_at, end_state, execution_id FROM ${recipient} WHERE execution_id = ANY($13::uuid[]) AND customer_id = s.customer_id`;

/**
 * One statement, because each way to the database costs a message more than its work there. The row of the execution is
 * locked first: its number of customers is the next place, and the number of the chunk. It does not wait for the disk: the
 * claim that follows does, and with it for all that was written before. What a crash of the database takes back waits
 * again, and may get its places in another order; so that a worker with the lost chunk cannot send to them, each chunk has a
 * fence drawn by lot.
 */
const placeSql = onDays(
  (day, openDays) => `WITH locked AS MATERIALIZED (
    SELECT id, set_config('synchronous_commit', 'off', true) FROM execution WHERE id = $1 AND kind = 'TRIGGERED' AND state = 'RUNNING' FOR UPDATE SKIP LOCKED
  ), drained AS (
    DELETE FROM callback_waiting
    WHERE execution_id = $1 AND journal_id = ANY($3::bigint[]) AND EXISTS (SELECT 1 FROM locked) RETURNING journal_id AS id, received_at
  ), given AS (
    SELECT g.*, drained.received_at FROM unnest($4::bigint[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[])
      WITH ORDINALITY AS g(journal_id, fingerprint, customer_id, template_id, attributes, raw, position)
    JOIN drained ON drained.id = g.journal_id
  ), fresh AS (
    INSERT INTO triggered_occurrence AS o (execution_id, fingerprint, seen_at)
    SELECT $1::uuid, fingerprint, min(received_at) FROM given GROUP BY fingerprint
    ON CONFLICT ON CONSTRAINT pk_triggered_occurrence DO UPDATE SET seen_at = excluded.seen_at
    WHERE o.seen_at < excluded.seen_at - interval '${repeatWindow}' RETURNING fingerprint
  ), sorted AS (
    SELECT g.*, f.fingerprint IS NOT NULL
      AND row_number() OVER (PARTITION BY g.fingerprint ORDER BY g.position) = 1
      AND NOT EXISTS (SELECT 1 FROM triggered_occurrence o WHERE o.execution_id = ANY($12::uuid[]) AND o.fingerprint = g.fingerprint
        AND o.seen_at BETWEEN g.received_at - interval '${repeatWindow}' AND g.received_at + interval '${repeatWindow}') AS is_fresh
    FROM given g LEFT JOIN fresh f ON f.fingerprint = g.fingerprint
  ), sums AS (
    SELECT count(*)::int AS received, (count(*) FILTER (WHERE is_fresh))::int AS fresh,
      coalesce(extract(epoch FROM now() - min(received_at) FILTER (WHERE is_fresh)) * 1000, 0)::bigint AS lag_ms FROM sorted
  ), counted AS (
    UPDATE execution e SET received = e.received + sums.received, recipients = e.recipients + sums.fresh
    FROM sums, locked WHERE e.id = locked.id RETURNING e.received - sums.received AS last_seq, sums.fresh, sums.lag_ms
  ), numbered AS (
    SELECT s.*, (last_seq + row_number() OVER (ORDER BY s.is_fresh DESC, s.position))::int AS seq,
      s.of_customer + earlier.messages > $10::int AS is_over,
      greatest(s.received_at, earlier.last_due) + s.of_customer * interval '1 microsecond' AS due_at
    FROM counted, (SELECT *, row_number() OVER (PARTITION BY is_fresh, customer_id ORDER BY position) AS of_customer FROM sorted) s
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE r.due_at > s.received_at - interval '1 hour'
          AND coalesce(r.end_state, '') NOT IN ('CATEGORY_LIMIT', 'CANCELLED')) AS messages, max(r.due_at) FILTER (WHERE r.execution_id = $1) AS last_due
        FROM (${openDays.map(messagesOfCustomer).join(' UNION ALL ')}) AS r
      ) earlier
  ), staged AS (
    INSERT INTO ${day.staging} (execution_id, reading, row_no, project_id, customer_id, optimove_template_id,
      scheduled_time, is_control, attributes)
    SELECT $1, 1, seq, $2::uuid, customer_id, template_id, '', false,
      ARRAY(SELECT jsonb_array_elements_text(attributes::jsonb))
    FROM numbered WHERE is_fresh
  ), added AS (
    INSERT INTO ${day.recipient} (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at,
      end_state, reason, ended_at)
    SELECT $1, seq, $2, 1, seq, customer_id, template_id, due_at,
      CASE WHEN is_over THEN 'CATEGORY_LIMIT' END,
      CASE WHEN is_over THEN 'More than ' || $10::int || ' triggered messages within an hour' END,
      CASE WHEN is_over THEN now() END
    FROM numbered WHERE is_fresh RETURNING seq, due_at, end_state
  ), rejected AS (
    INSERT INTO ${day.reject} (execution_id, reading, row_no, project_id, state, optimove_template_id, customer_id, reason, raw)
    SELECT $1, 1, seq, $2, 'DUPLICATE', template_id, customer_id, 'The same callback came within ${repeatWindow}', raw
    FROM numbered WHERE NOT is_fresh
  ), templates AS (
    UPDATE execution_template t SET received = t.received + n.received, duplicates = t.duplicates + n.duplicates
    FROM (SELECT template_id, count(*)::int AS received, (count(*) FILTER (WHERE NOT is_fresh))::int AS duplicates
          FROM numbered GROUP BY template_id) AS n
    WHERE t.execution_id = $1 AND t.optimove_template_id = n.template_id
  ), chunk AS (
    INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at, holder, held_until, fence, lag_ms, matched_by, names_since)
    SELECT $1, last_seq + 1, last_seq + 1, last_seq + fresh, now(), $11::uuid, now() + interval '${leaseSeconds} seconds', $14::int, lag_ms, $15::text[], $16::timestamptz
    FROM counted WHERE fresh > 0
  )
  SELECT (SELECT count(*)::int FROM drained) AS taken, c.lag_ms::float AS "lagMs", c.last_seq + 1 AS "fromSeq", c.last_seq + c.fresh AS "toSeq",
    n.journal_id AS "journalId", a.seq, a.due_at AS "dueAt"
  FROM counted c LEFT JOIN (added a JOIN numbered n ON n.seq = a.seq AND n.is_fresh) ON a.end_state IS NULL ORDER BY a.seq`,
);

/** Triggered executions: their waiting callbacks and growing audience. */
@Injectable()
export class TriggeredRepository {
  /** How long the oldest callback has waited for its place. */
  lag(tx: Tx): Promise<GaugeValue<never>[]> {
    return lagOf(
      tx,
      `SELECT w.received_at AS at FROM callback_waiting w JOIN execution e ON e.id = w.execution_id AND e.state = 'RUNNING'`,
    );
  }

  /** Keeps the execution still until `tx` ends, and returns the names of the values that it keeps of each customer. */
  async lockAttributes(tx: Tx, executionId: string): Promise<string[]> {
    const [row] = await query<{ attributes: string[] }>(
      tx,
      'SELECT attributes FROM execution WHERE id = $1 FOR UPDATE',
      [executionId],
    );
    return row?.attributes ?? [];
  }

  /** Ids of the executions that an occurrence of this one is compared with. */
  async siblings(tx: Tx, executionId: string): Promise<Siblings> {
    const [row] = await query<Siblings>(
      tx,
      `SELECT coalesce(array_agg(s.id) FILTER (WHERE s.optimove_campaign_id = e.optimove_campaign_id
           AND s.channel_id = e.channel_id AND abs(s.run_date - e.run_date) <= 1), '{}') AS "sameCampaign",
         array_remove(array_agg(s.id), NULL) || e.id AS open
       FROM execution e LEFT JOIN execution s ON s.connection_id = e.connection_id AND s.project_id = e.project_id
         AND s.kind = 'TRIGGERED' AND s.state IN ('RUNNING', 'CANCELLED') AND s.closes_at > now() AND s.id <> e.id
       WHERE e.id = $1 GROUP BY e.id`,
      [executionId],
    );
    return row ?? { sameCampaign: [], open: [executionId] };
  }

  /** Callbacks that wait for their place, oldest first; none when the execution takes nobody in any more. */
  async waiting(tx: Tx, executionId: string, limit: number): Promise<WaitingTrigger[]> {
    return query(
      tx,
      prepared(`SELECT j.id, j.kind, j.body, j.received_at AS "receivedAt", j.optimove_template_id AS "templateId"
       FROM callback_waiting w
       CROSS JOIN LATERAL (SELECT * FROM callback_journal WHERE id = w.journal_id OFFSET 0) AS j
       WHERE w.execution_id = $1
         AND EXISTS (SELECT 1 FROM execution e WHERE e.id = $1 AND e.kind = 'TRIGGERED' AND e.state = 'RUNNING')
       ORDER BY w.journal_id LIMIT $2`),
      [executionId, limit],
    );
  }

  /**
   * Takes callbacks out of the row of those that wait and gives their customers places at the end of the audience, as
   * one chunk that the holder has; repeats are kept as duplicates; all sums follow. Whoever is over the limit has ended.
   * @returns null while another worker has the execution.
   */
  async place(
    tx: Tx,
    { executionId, projectId }: { executionId: string; projectId: string },
    { waiting, occurrences, holder, mostPerHour, sameCampaign, open: openExecutions, ...told }: Placing,
  ): Promise<Placed | null> {
    const { matchedBy, namesSince } = told;
    const fence = randomInt(1, highestFence);
    const rows = await query<PlacedRow>(tx, placeSql(executionId, openExecutions), [
      executionId,
      projectId,
      waiting.map(({ id }) => id),
      occurrences.map(({ journalId }) => journalId),
      occurrences.map(({ fingerprint }) => fingerprint),
      occurrences.map(({ customerId }) => customerId),
      occurrences.map(({ templateId }) => templateId),
      occurrences.map(({ attributes }) => JSON.stringify(attributes)),
      occurrences.map(({ raw }) => raw),
      mostPerHour,
      holder,
      sameCampaign,
      openExecutions,
      fence,
      matchedBy,
      namesSince,
    ]);
    const [first] = rows;
    if (!first) return null;
    const { taken, lagMs, fromSeq, toSeq } = first;
    const range = { fromSeq, toSeq };
    const made = { executionId, chunkNo: fromSeq, ...range, attempt: 0, refusals: 0, fence, isFirst: true };
    const chunk = { ...made, matchedBy, namesSince };
    const open = rows.flatMap(({ journalId, seq, dueAt }) => (journalId === null ? [] : [{ journalId, seq, dueAt }]));
    return { taken, lagMs, chunk: toSeq < fromSeq ? null : chunk, open };
  }

  /** Executions with callbacks that nobody has taken for a while. */
  async neglected(tx: Tx, idleSeconds: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT DISTINCT w.execution_id AS id FROM callback_waiting w JOIN execution e ON e.id = w.execution_id AND e.state = 'RUNNING'
       WHERE w.received_at < now() - $1 * interval '1 second' LIMIT 500`,
      [idleSeconds],
    );
    return rows.map(({ id }) => id);
  }

  /** Forgets what days that are closed were told: nothing is compared with it any more. @returns how many. */
  forgetOccurrences(tx: Tx, limit: number): Promise<number> {
    return execute(
      tx,
      `DELETE FROM triggered_occurrence WHERE ctid IN (
         SELECT o.ctid FROM (
           SELECT id FROM execution WHERE kind = 'TRIGGERED'
             AND closes_at BETWEEN now() - interval '40 days' AND now() - interval '1 hour'
         ) AS closed CROSS JOIN LATERAL (
           SELECT ctid FROM triggered_occurrence WHERE execution_id = closed.id OFFSET 0
         ) AS o LIMIT $1)`,
      [limit],
    );
  }

  /**
   * Refuses callbacks whose execution ended while they were taken in: they saw it open, and its end did not see them. Those
   * that waited when it was cancelled, too. At most so many; the next call takes the next.
   */
  async refuseLate(tx: Tx, limit: number): Promise<void> {
    await execute(
      tx,
      `WITH late AS (
         DELETE FROM callback_waiting WHERE ctid = ANY(ARRAY(
           SELECT w.ctid FROM callback_waiting w JOIN execution e ON e.id = w.execution_id AND e.state <> 'RUNNING' LIMIT $2))
         RETURNING journal_id
       )
       UPDATE callback_journal j SET outcome = 'REFUSED', reason = CASE
         WHEN (SELECT state FROM execution WHERE id = j.execution_id) = 'CANCELLED' THEN 'The execution was cancelled' ELSE $1 END
       WHERE j.id = ANY(ARRAY(SELECT journal_id FROM late))`,
      [executionNotOpen, limit],
    );
  }

  /** Ends the day of executions whose time is over and that have nothing waiting. */
  async close(tx: Tx): Promise<void> {
    await query(
      tx,
      `UPDATE execution e SET read_at = now() WHERE e.kind = 'TRIGGERED' AND e.state = 'RUNNING' AND e.read_at IS NULL AND e.closes_at < now()
         AND NOT EXISTS (SELECT 1 FROM callback_waiting WHERE execution_id = e.id)`,
    );
  }
}
