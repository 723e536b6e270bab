import { execute, query, type Tx } from '@libs/platform';
import { withoutBlanks } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { FencedError } from '../../domain/execution/errors';
import { dropErased } from './erased-customers';
import type { OptimoveExecutionRow } from './execution.repository';
import { makeKnownToPlanner } from './known-to-planner';
import { localInstant } from './local-instant';
import { samePerson } from './same-people.repository';

/** A run of `seq` numbers that is sent as one unit of work. */
export interface NewChunk {
  chunkNo: number;
  dueAt: Date;
}

/** What freezing needs to know. */
export interface FreezeRequest {
  execution: OptimoveExecutionRow;
  /** For the digests of customers who were erased. */
  erasureKeys: Buffer[];
  /** Its connection, and the deleted ones that this stands for. */
  connectionIds: string[];
  /** Who reads. */
  holder: string;
  /** In which the list says when to send: that of its first reading, or the same rows would have other times. */
  timeZone: string;
  chunkSize: number;
  /** Minutes over which the chunks of one scheduled time are due. */
  spreadMinutes: number;
  /** Whose value is the user ID of a customer; null where the customer ID is. */
  userIdAttribute: string | null;
}

const repeatWindow = '3 days';

const dueAt = `CASE
    WHEN scheduled_time ~ '(Z|[+-][0-9]{2}:?[0-9]{2})$' THEN scheduled_time::timestamptz
    ELSE ${localInstant('scheduled_time::timestamp', '$3')}
  END`;

/** Recipients with the user ID that Optimove gives them, without those who are held back as a control group; $7 is the name of its attribute. */
const withUserId = `(SELECT c.*, ${withoutBlanks('s.attributes[array_position(e.attributes, $7::text)]')} AS user_id
    FROM recipient c JOIN execution e ON e.id = c.execution_id
    JOIN recipient_staging s ON s.execution_id = c.execution_id AND s.reading = c.reading AND s.row_no = c.row_no
    WHERE ${withoutBlanks('s.attributes[array_position(e.attributes, $7::text)]')} <> '' AND c.execution_id = ANY($3::uuid[] || $1::uuid)
      AND s.execution_id = ANY($3::uuid[] || $1::uuid) AND c.end_state IS DISTINCT FROM 'CONTROL_GROUP')`;

/** Ends whom an execution has of `people` and an earlier one had. */
function dropped(people: string, isSame: string): string {
  return `UPDATE recipient SET end_state = 'DUPLICATE', ended_at = now(),
      reason = 'Already in an execution of this campaign within ${repeatWindow}'
    WHERE execution_id = $1 AND seq IN (
      SELECT r.seq FROM ${people} AS r JOIN ${people} AS earlier ON ${isSame}
        AND earlier.optimove_template_id = r.optimove_template_id
      JOIN execution o ON o.id = earlier.execution_id
      WHERE r.execution_id = $1 AND r.seq > $2 AND r.end_state IS NULL AND earlier.execution_id = ANY($3::uuid[])
        AND earlier.end_state IS DISTINCT FROM 'CANCELLED' AND earlier.reason IS DISTINCT FROM $6
        AND (earlier.due_at = r.due_at OR earlier.due_at AT TIME ZONE o.list_time_zone = r.due_at AT TIME ZONE $5
          OR (earlier.execution_id = ANY($4::uuid[]) AND earlier.end_state IN ('SENT', 'UNCERTAIN', 'FAILED'))))`;
}

/** Turns the received list of one reading into the frozen audience. */
@Injectable()
export class FreezeRepository {
  /**
   * Numbers what is new by (scheduled time, template), keeps the rest as duplicates, cuts the chunks and sets the
   * sums. Rows that an earlier reading already brought are not counted again.
   * @throws {FencedError} when the reading is not `holder`'s any more.
   */
  async freeze(tx: Tx, request: FreezeRequest): Promise<NewChunk[]> {
    const { execution } = request;
    // The day's partitions have no statistics yet, and nested loops over whole lists would be the planner's guess.
    await query(tx, 'SET LOCAL enable_nestloop = off');
    const { project_id: projectId, optimove_campaign_id: campaignId, optimove_channel_id: channelId } = execution;
    // Two runs of a campaign must see each other's customers, or somebody gets the message twice.
    await query(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `freeze ${projectId} ${campaignId} ${channelId}`,
    ]);
    const isFirst = await this.forgetUnfinished(tx, execution);
    const offset = await this.lastSeq(tx, execution.id);
    const erased = await dropErased(tx, request);
    const known = isFirst ? 0 : await this.dropKnown(tx, request);
    await this.insertRecipients(tx, request, offset);
    await this.countTemplates(tx, execution);
    await this.endSamePeople(tx, request, offset);
    await this.endDropped(tx, request, offset);
    const chunks = await this.cutChunks(tx, request, offset);
    const added = await this.sumUp(tx, { execution, offset, known, erased });
    await makeKnownToPlanner(tx, execution.id, added);
    await this.finishReading(tx, request, { isMore: chunks.length > 0, offset });
    return chunks;
  }

  /** Drops what readings that failed have left; returns whether none was ever finished. */
  private async forgetUnfinished(tx: Tx, { id, reading }: OptimoveExecutionRow): Promise<boolean> {
    const finished = await query<{ reading: number }>(
      tx,
      `SELECT reading FROM execution_reading WHERE execution_id = $1 AND reading < $2 AND finished_at IS NOT NULL`,
      [id, reading],
    );
    if (reading - 1 > finished.length) {
      for (const table of ['recipient_reject', 'recipient_staging', 'execution_page']) {
        await execute(
          tx,
          `DELETE FROM ${table} WHERE execution_id = $1 AND reading < $2 AND reading <> ALL($3::int[])`,
          [id, reading, finished.map((each) => each.reading)],
        );
      }
    }
    return finished.length === 0;
  }

  /** Takes listed rows away that an earlier reading brought, so that what is left is new; returns how many. */
  private async dropKnown(tx: Tx, { execution, timeZone }: FreezeRequest): Promise<number> {
    const rows = await execute(
      tx,
      `DELETE FROM recipient_staging s USING recipient r
       WHERE s.execution_id = $1 AND s.reading = $2 AND r.execution_id = $1 AND r.customer_id = s.customer_id
         AND r.optimove_template_id = s.optimove_template_id AND r.due_at = ${dueAt.replaceAll('scheduled_time', 's.scheduled_time')}`,
      [execution.id, execution.reading, timeZone],
    );
    const malformed = await execute(
      tx,
      `DELETE FROM recipient_reject n USING recipient_reject o
       WHERE n.execution_id = $1 AND n.reading = $2 AND n.state = 'MALFORMED' AND o.execution_id = $1 AND o.reading < $2
         AND o.state = 'MALFORMED' AND o.raw = n.raw AND o.optimove_template_id = n.optimove_template_id`,
      [execution.id, execution.reading],
    );
    return rows + malformed;
  }

  private async lastSeq(tx: Tx, executionId: string): Promise<number> {
    const [row] = await query<{ last: number }>(
      tx,
      'SELECT coalesce(max(seq), 0) AS last FROM recipient WHERE execution_id = $1',
      [executionId],
    );
    return row?.last ?? 0;
  }

  /** One pass over the list: the first of equal rows becomes a recipient, the others are kept as duplicates. */
  private async insertRecipients(tx: Tx, { execution, timeZone }: FreezeRequest, offset: number): Promise<void> {
    await query(
      tx,
      `WITH listed AS MATERIALIZED (
         SELECT timed.*, row_number() OVER (PARTITION BY customer_id, optimove_template_id, due_at ORDER BY row_no) AS nth
         FROM (SELECT *, ${dueAt} AS due_at FROM recipient_staging WHERE execution_id = $1 AND reading = $2) AS timed
       ), kept_duplicates AS (
         INSERT INTO recipient_reject (execution_id, reading, row_no, project_id, state, optimove_template_id, customer_id, reason, raw)
         SELECT execution_id, reading, row_no, project_id, 'DUPLICATE', optimove_template_id, customer_id,
           'The same customer, template and time is in the list more than once', ''
         FROM listed WHERE nth > 1
       )
       INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at, end_state)
       SELECT $1, $4 + row_number() OVER (ORDER BY due_at, optimove_template_id, row_no), project_id, $2, row_no,
         customer_id, optimove_template_id, due_at, CASE WHEN is_control THEN 'CONTROL_GROUP' END
       FROM listed WHERE nth = 1`,
      [execution.id, execution.reading, timeZone, offset],
    );
  }

  private async countTemplates(tx: Tx, execution: OptimoveExecutionRow): Promise<void> {
    await query(
      tx,
      `INSERT INTO execution_template AS t (execution_id, optimove_template_id, received, duplicates, malformed)
       SELECT $1::uuid, optimove_template_id, sum(recipients) + sum(duplicates) + sum(malformed), sum(duplicates), sum(malformed)
       FROM (
         SELECT optimove_template_id, count(*)::int AS recipients, 0 AS duplicates, 0 AS malformed
         FROM recipient WHERE execution_id = $1 GROUP BY 1
         UNION ALL
         SELECT optimove_template_id, 0, (count(*) FILTER (WHERE state = 'DUPLICATE'))::int,
           (count(*) FILTER (WHERE state = 'MALFORMED'))::int
         FROM recipient_reject WHERE execution_id = $1 GROUP BY 1
       ) AS counted GROUP BY optimove_template_id
       ON CONFLICT ON CONSTRAINT pk_execution_template DO UPDATE
       SET received = excluded.received, duplicates = excluded.duplicates, malformed = excluded.malformed`,
      [execution.id],
    );
  }

  /**
   * Where an attribute decides who a customer is, several customers may be one person. Of those who are not held back the
   * one of whom Optimove gives most values stands for the others, or else the first of the list; whoever an earlier reading
   * chose stays. Blanks around the user ID do not count; who has none is nobody's other self.
   */
  private async endSamePeople(tx: Tx, { execution, userIdAttribute }: FreezeRequest, offset: number): Promise<void> {
    if (userIdAttribute === null) return;
    const userId = withoutBlanks(
      's.attributes[(SELECT array_position(attributes, $3::text) FROM execution WHERE id = $1)]',
    );
    await query(
      tx,
      `UPDATE recipient r SET end_state = 'DUPLICATE', reason = $4, ended_at = now()
       FROM (
         SELECT n.seq, row_number() OVER (PARTITION BY ${userId}, n.optimove_template_id, n.due_at
           ORDER BY n.seq > $2, cardinality(array_remove(array_remove(s.attributes, ''), NULL)) DESC, n.seq) AS turn
         FROM recipient n JOIN recipient_staging s ON s.execution_id = $1 AND s.reading = n.reading AND s.row_no = n.row_no
         WHERE n.execution_id = $1 AND ${userId} <> '' AND n.end_state IS DISTINCT FROM 'CONTROL_GROUP'
       ) AS same
       WHERE r.execution_id = $1 AND r.seq = same.seq AND same.turn > 1 AND r.seq > $2 AND r.end_state IS NULL`,
      [execution.id, offset, userIdAttribute, samePerson],
    );
  }

  /**
   * Ends at once what needs no worker: the same row in an execution of the same campaign a short while ago, unless it
   * was cancelled there, also when the connection had another zone then; and in a new launch after a cancellation,
   * whoever was handed over before, whatever the time. Where the user ID decides, another customer's row is the same, too.
   */
  private async endDropped(tx: Tx, request: FreezeRequest, offset: number): Promise<void> {
    const { execution, timeZone, userIdAttribute, connectionIds } = request;
    const earlier = await query<{ id: string; is_launch: boolean }>(
      tx,
      `SELECT id, run_date = $6 AND (launch < $7 OR connection_id <> $8) AS is_launch FROM execution
       WHERE project_id = $1 AND connection_id = ANY($2::uuid[]) AND optimove_campaign_id = $3
         AND optimove_channel_id = $4 AND id <> $5 AND announced_at > now() - interval '${repeatWindow}'`,
      [
        execution.project_id,
        connectionIds,
        execution.optimove_campaign_id,
        execution.optimove_channel_id,
        execution.id,
        execution.run_date,
        execution.launch,
        execution.connection_id,
      ],
    );
    if (earlier.length === 0) return;
    const values = [
      execution.id,
      offset,
      earlier.map(({ id }) => id),
      earlier.filter(({ is_launch }) => is_launch).map(({ id }) => id),
      timeZone,
      samePerson,
    ];
    await query(tx, dropped('recipient', 'earlier.customer_id = r.customer_id'), values);
    if (userIdAttribute === null) return;
    await query(tx, dropped(withUserId, 'earlier.user_id = r.user_id'), [...values, userIdAttribute]);
  }

  /** Chunks never mix scheduled times, so that a chunk is due as a whole. */
  private async cutChunks(
    tx: Tx,
    { execution, chunkSize, spreadMinutes }: FreezeRequest,
    offset: number,
  ): Promise<NewChunk[]> {
    const rows = await query<{ chunk_no: number; due_at: Date }>(
      tx,
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at)
       SELECT $1, (SELECT coalesce(max(chunk_no), 0) FROM execution_chunk WHERE execution_id = $1)
           + row_number() OVER (ORDER BY min(seq)), min(seq), max(seq),
           due_at + part * ($4::int * interval '1 minute') / (max(part) OVER (PARTITION BY due_at) + 1)
       FROM (SELECT seq, due_at, (row_number() OVER (PARTITION BY due_at ORDER BY seq) - 1) / $3 AS part
             FROM recipient WHERE execution_id = $1 AND seq > $2) AS numbered
       GROUP BY due_at, part
       RETURNING chunk_no, due_at`,
      [execution.id, offset, chunkSize, spreadMinutes],
    );
    return rows.map((row) => ({ chunkNo: row.chunk_no, dueAt: row.due_at }));
  }

  /**
   * What this reading listed, and what became of it: listed = added + known + erased + duplicates + malformed. @returns how
   * many were added.
   */
  private async sumUp(
    tx: Tx,
    {
      execution,
      offset,
      known,
      erased,
    }: { execution: OptimoveExecutionRow; offset: number; known: number; erased: number },
  ): Promise<number> {
    const [row] = await query<{ added: number }>(
      tx,
      `UPDATE execution_reading SET finished_at = clock_timestamp(), problem = NULL, known = $4, erased = $5,
         listed = (SELECT coalesce(sum(received), 0) FROM execution_page WHERE execution_id = $1 AND reading = $2),
         added = (SELECT count(*) FROM recipient WHERE execution_id = $1 AND seq > $3),
         duplicates = (SELECT count(*) FROM recipient_reject WHERE execution_id = $1 AND reading = $2 AND state = 'DUPLICATE'),
         malformed = (SELECT count(*) FROM recipient_reject WHERE execution_id = $1 AND reading = $2 AND state = 'MALFORMED')
       WHERE execution_id = $1 AND reading = $2 RETURNING added`,
      [execution.id, execution.reading, offset, known, erased],
    );
    return row?.added ?? 0;
  }

  /** A completed execution stays so unless somebody was added. */
  private async finishReading(
    tx: Tx,
    { execution, holder, timeZone, userIdAttribute }: FreezeRequest,
    { isMore, offset }: { isMore: boolean; offset: number },
  ): Promise<void> {
    const count = await execute(
      tx,
      `UPDATE execution SET read_at = now(), frozen_at = coalesce(frozen_at, now()), read_through = reading,
         state = CASE WHEN state = 'COMPLETED' AND NOT $4 THEN state ELSE 'RUNNING' END,
         completed_at = CASE WHEN state = 'COMPLETED' AND NOT $4 THEN completed_at END,
         held_until = NULL, holder = NULL, reason = NULL, list_time_zone = coalesce(list_time_zone, $5),
         same_people_after = least(same_people_after, $6::integer),
         recipients = (SELECT count(*) FROM recipient WHERE execution_id = $1),
         received = (SELECT coalesce(sum(received), 0) FROM execution_template WHERE execution_id = $1)
       WHERE id = $1 AND holder = $2 AND reading = $3 AND read_through < reading AND cancel_requested_at IS NULL
         AND state IN ('READING', 'RUNNING', 'COMPLETED')`,
      [execution.id, holder, execution.reading, isMore, timeZone, userIdAttribute === null ? null : offset],
    );
    if (count !== 1) throw new FencedError(`The reading of execution ${execution.id} was taken over or cancelled`);
  }
}
