import { execute, type GaugeValue, lagOf, prepared, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { FencedError } from '../../domain/execution/errors';
import type { MatchedBy } from '../../domain/execution/matched-by';
import { type DayTables, onDay } from './day-tables';
import type { ExecutionRow } from './execution.repository';
import { sumsOfDeliveries } from './sums-of-deliveries';
import { sumsOfPeople } from './sums-of-people';

/** A chunk that this worker holds until the lease runs out; every write of it carries the fence. */
export interface HeldChunk {
  executionId: string;
  chunkNo: number;
  fromSeq: number;
  toSeq: number;
  /** Names its jobs: one more each time it is queued again. */
  attempt: number;
  /** How often it was worked on to the end and had to come back because somebody could not be sent to yet. */
  refusals: number;
  fence: number;
  /** Whether nobody had it before. */
  isFirst: boolean;
  /** By which attributes its customers are told, where they are triggered. */
  matchedBy: MatchedBy | null;
  /** Since when their ids mean whom they mean, where they are triggered. */
  namesSince: Date | null;
}

/** When a chunk is worked on again. */
export interface NextTry {
  attempt: number;
  at: Date;
}

/** When a chunk that is not done comes back at the earliest. */
export interface ComeBack {
  at: Date;
  /** Whether it counts as one of its `refusals`, which make it wait longer each time. */
  isRefused: boolean;
}

/** Names a chunk. */
export interface ChunkKey {
  executionId: string;
  chunkNo: number;
}

/** An execution of which a chunk can be taken. */
export interface ReadyExecution {
  executionId: string;
  projectId: string;
}

/** A chunk that was given to a queue, and to which one. */
export interface QueuedChunk extends ChunkKey {
  attempt: number;
  kind: ExecutionRow['kind'];
}

/** One recipient that has no end state yet. */
export interface OpenRecipient {
  seq: number;
  customerId: string;
  templateId: string;
  attributes: (string | null)[];
  /** Of the audience of a Direct campaign; of others it is found by matching. */
  profileId: string | null;
  /** When the message was to go out. */
  dueAt: Date;
}

/** How long a chunk belongs to its holder without another word. */
export const leaseSeconds = 20;
/** So many chunks of an execution keep a job while nobody works on them. */
const queuedAhead = 100;

/**
 * Recipients of a range of places. The order leads the planner to the key, also in a partition of which it knows nothing:
 * else it reads all of the execution.
 */
const peopleWithin = ({ recipient }: DayTables, from: string, to: string): string => `FROM (
    SELECT * FROM ${recipient} WHERE execution_id = $1 AND seq BETWEEN ${from} AND ${to} ORDER BY seq OFFSET 0) AS r`;

const peopleOfChunk = (day: DayTables): string => peopleWithin(day, '$3', '$4');

const deliveriesOfChunk = (day: DayTables): string => `${peopleOfChunk(day)} CROSS JOIN LATERAL (
    SELECT * FROM ${day.delivery} WHERE execution_id = $1 AND seq = r.seq OFFSET 0) AS d`;

/** Where sending is switched off a chunk is left alone: matching its people again and again would help nobody. */
const isNotStopped = `NOT EXISTS (SELECT 1 FROM sending_stop s WHERE s.project_id = e.project_id AND s.scope_id =
    CASE s.scope WHEN 'PROJECT' THEN e.project_id WHEN 'CONNECTION' THEN e.connection_id WHEN 'CHANNEL' THEN e.channel_id END)
  AND NOT EXISTS (SELECT 1 FROM connection n WHERE n.id = e.connection_id AND n.is_disabled)`;

/** What is to be sent now: it runs, and nobody holds it back. */
const goesOn = `e.state = 'RUNNING' AND e.paused_at IS NULL AND e.cancel_requested_at IS NULL AND e.hold_reason IS NULL
  AND ${isNotStopped}`;

/**
 * The first chunk of an execution that is due and that nobody has. Those whose worker is gone or gave them up come back by
 * {@link ChunkRepository.stranded} alone, so that one that fails each time does not fail at every turn.
 */
const nextOf = (execution: string): string => `SELECT chunk_no FROM execution_chunk
  WHERE execution_id = ${execution} AND state = 'PENDING' AND due_at <= now() AND held_until IS NULL ORDER BY chunk_no LIMIT 1`;

const takenColumns = `holder = $2, held_until = now() + interval '${leaseSeconds} seconds', fence = fence + 1,
  lag_ms = coalesce(c.lag_ms, (extract(epoch FROM now() - c.due_at) * 1000)::bigint)`;

const heldColumns = `c.chunk_no AS "chunkNo", c.from_seq AS "fromSeq", c.to_seq AS "toSeq", c.attempt, c.refusals, c.fence,
  c.matched_by AS "matchedBy", c.names_since AS "namesSince"`;

type TakenChunk = Omit<HeldChunk, 'executionId' | 'isFirst'>;

/** The values of an old Direct execution, which needs none, may be gone with those of its day: the whole table is named. */
const openSql = onDay(
  ({ recipient }) => `SELECT r.seq, r.customer_id AS "customerId", r.optimove_template_id AS "templateId",
    coalesce(s.attributes, '{}') AS attributes, r.profile_id AS "profileId", r.due_at AS "dueAt"
  FROM (
    SELECT * FROM ${recipient} WHERE execution_id = $1 AND seq BETWEEN $2 AND $3 AND end_state IS NULL
      AND (held_until IS NULL OR held_until <= now()) ORDER BY held_until NULLS FIRST, seq LIMIT $4
  ) AS r
  LEFT JOIN LATERAL (
    SELECT attributes FROM recipient_staging WHERE execution_id = $1 AND reading = r.reading AND row_no = r.row_no OFFSET 0
  ) AS s ON true ORDER BY r.held_until NULLS FIRST, r.seq`,
);

const doneSql = onDay(
  (day) => `UPDATE execution_chunk c SET state = 'DONE', held_until = NULL, done_at = now()
  WHERE execution_id = $1 AND chunk_no = $2 AND fence = $3
    AND NOT EXISTS (SELECT 1 ${peopleWithin(day, '$4', '$5')} WHERE r.end_state IS NULL)`,
);

const tallySql = onDay(
  (day) => `INSERT INTO execution_tally AS t (execution_id, chunk_no, optimove_template_id, measure, count)
  SELECT * FROM (
    ${sumsOfPeople({ chunkNo: '$2::int', source: peopleOfChunk(day) })}
    UNION ALL
    ${sumsOfDeliveries({ chunkNo: '$2::int', source: deliveriesOfChunk(day) })}
  ) AS sums WHERE (SELECT state FROM execution_chunk WHERE execution_id = $1 AND chunk_no = $2) = 'DONE'
  ON CONFLICT ON CONSTRAINT pk_execution_tally DO UPDATE SET count = excluded.count`,
);

/** Chunks: who works on which, and what is left in them. */
@Injectable()
export class ChunkRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Takes a due chunk of a running execution, or null when it is done, held, not due or stopped. */
  async take({ executionId, chunkNo }: ChunkKey, holder: string): Promise<HeldChunk | null> {
    const [row] = await query<TakenChunk>(
      this.transactions.pool,
      prepared(`UPDATE execution_chunk c SET ${takenColumns}
       FROM execution e
       WHERE c.execution_id = $1 AND c.chunk_no = $3 AND e.id = c.execution_id AND ${goesOn}
         AND c.state = 'PENDING' AND c.due_at <= now() AND (c.held_until IS NULL OR c.held_until < now())
       RETURNING ${heldColumns}`),
      [executionId, holder, chunkNo],
    );
    return heldOf(executionId, row);
  }

  /** Takes the next chunk of a running execution, or null when none is due, or all that are have somebody. */
  async takeNext(executionId: string, holder: string): Promise<HeldChunk | null> {
    const [row] = await query<TakenChunk>(
      this.transactions.pool,
      prepared(`UPDATE execution_chunk c SET ${takenColumns}
       FROM execution e
       WHERE c.execution_id = $1 AND e.id = $1 AND ${goesOn}
         AND c.chunk_no = (${nextOf('$1')} FOR UPDATE SKIP LOCKED)
       RETURNING ${heldColumns}`),
      [executionId, holder],
    );
    return heldOf(executionId, row);
  }

  /** Executions, other than triggered ones, of which a chunk can be taken now; the oldest first. */
  ready(): Promise<ReadyExecution[]> {
    return query(
      this.transactions.pool,
      prepared(`SELECT e.id AS "executionId", e.project_id AS "projectId" FROM execution e
       CROSS JOIN LATERAL (${nextOf('e.id')}) AS next
       WHERE e.kind <> 'TRIGGERED' AND ${goesOn} ORDER BY e.id`),
    );
  }

  /** Extends the lease; false when it was lost. */
  async hold(chunk: HeldChunk): Promise<boolean> {
    const count = await execute(
      this.transactions.pool,
      `UPDATE execution_chunk SET held_until = now() + interval '${leaseSeconds} seconds'
       WHERE execution_id = $1 AND chunk_no = $2 AND fence = $3 AND held_until IS NOT NULL AND state = 'PENDING'`,
      [chunk.executionId, chunk.chunkNo, chunk.fence],
    );
    return count === 1;
  }

  /** Lets go of a chunk until a later instant. @returns its next attempt. @throws {FencedError} when it was lost. */
  putOff(tx: Tx, chunk: HeldChunk, until: Date): Promise<number> {
    return this.letGo(tx, chunk, { at: until, isRefused: false });
  }

  private async letGo(tx: Tx, chunk: HeldChunk, { at, isRefused }: ComeBack): Promise<number> {
    const count = await execute(
      tx,
      `UPDATE execution_chunk SET attempt = attempt + 1, refusals = refusals + $5::int, held_until = NULL, due_at = $4, queued_at = now()
       WHERE execution_id = $1 AND chunk_no = $2 AND fence = $3`,
      [chunk.executionId, chunk.chunkNo, chunk.fence, at, isRefused ? 1 : 0],
    );
    if (count !== 1) throw new FencedError(`Chunk ${chunk.chunkNo} of ${chunk.executionId} was taken over`);
    return chunk.attempt + 1;
  }

  /** Lets go of a chunk whose work failed: the sweep finds it at its next look. */
  async abandon(chunk: HeldChunk): Promise<void> {
    await execute(
      this.transactions.pool,
      `UPDATE execution_chunk SET held_until = now() WHERE execution_id = $1 AND chunk_no = $2 AND fence = $3
         AND state = 'PENDING' AND held_until IS NOT NULL`,
      [chunk.executionId, chunk.chunkNo, chunk.fence],
    );
  }

  /** Lets go of a chunk that cannot be worked on now. */
  async release(chunk: HeldChunk): Promise<void> {
    await execute(
      this.transactions.pool,
      'UPDATE execution_chunk SET held_until = NULL WHERE execution_id = $1 AND chunk_no = $2 AND fence = $3',
      [chunk.executionId, chunk.chunkNo, chunk.fence],
    );
  }

  /** Keeps the fence still until `tx` ends. @throws {FencedError} when another worker has the chunk now. */
  async assertHeld(tx: Tx, chunk: HeldChunk): Promise<void> {
    const rows = await query(
      tx,
      prepared('SELECT 1 FROM execution_chunk WHERE execution_id = $1 AND chunk_no = $2 AND fence = $3 FOR SHARE'),
      [chunk.executionId, chunk.chunkNo, chunk.fence],
    );
    if (rows.length === 0) throw new FencedError(`Chunk ${chunk.chunkNo} of ${chunk.executionId} was taken over`);
  }

  /**
   * The first `most` recipients of the chunk that still have to come to an end and need not wait, those first who had no
   * turn yet, with what Optimove said of them. Of an execution that is new in its partition the planner knows nothing and would read all of it for each
   * chunk: so what was said is looked up one by one.
   */
  async openRecipients(chunk: HeldChunk, most: number): Promise<OpenRecipient[]> {
    return query<OpenRecipient>(this.transactions.pool, openSql(chunk.executionId), [
      chunk.executionId,
      chunk.fromSeq,
      chunk.toSeq,
      Math.min(most, chunk.toSeq - chunk.fromSeq + 1),
    ]);
  }

  /**
   * Closes the chunk when everybody in it has ended and writes its sums; otherwise puts it off for another try, or until
   * somebody need not wait any more when all have to.
   * @returns the next attempt, or null when the chunk is done. @throws {FencedError} when it was lost.
   */
  async close(tx: Tx, chunk: HeldChunk, retry: ComeBack): Promise<NextTry | null> {
    if (!(await this.markDone(tx, chunk))) {
      const at = await this.nextTryAt(tx, chunk, retry.at);
      return { attempt: await this.letGo(tx, chunk, { ...retry, at }), at };
    }
    await this.tally(tx, chunk);
    return null;
  }

  /** The same for a chunk that nobody had before, without waiting in between. @returns whether it is done. */
  async closeFresh(tx: Tx, chunk: HeldChunk): Promise<boolean> {
    const [isDone] = await Promise.all([this.markDone(tx, chunk), this.tally(tx, chunk)]);
    return isDone;
  }

  private async markDone(tx: Tx, chunk: HeldChunk): Promise<boolean> {
    const count = await execute(tx, doneSql(chunk.executionId), [
      chunk.executionId,
      chunk.chunkNo,
      chunk.fence,
      chunk.fromSeq,
      chunk.toSeq,
    ]);
    return count === 1;
  }

  private async nextTryAt(tx: Tx, chunk: HeldChunk, retryAt: Date): Promise<Date> {
    const [row] = await query<{ at: Date | null }>(
      tx,
      `SELECT min(CASE WHEN held_until > $4 THEN held_until ELSE $4 END) AS at FROM recipient
       WHERE execution_id = $1 AND seq BETWEEN $2 AND $3 AND end_state IS NULL`,
      [chunk.executionId, chunk.fromSeq, chunk.toSeq, retryAt],
    );
    return row?.at ?? retryAt;
  }

  /** Nothing unless it is done. It may have been done before and opened again, so its earlier sums go. */
  private async tally(tx: Tx, chunk: HeldChunk): Promise<void> {
    if (!chunk.isFirst) {
      const sql = 'DELETE FROM execution_tally WHERE execution_id = $1 AND chunk_no = $2';
      await execute(tx, sql, [chunk.executionId, chunk.chunkNo]);
    }
    await query(tx, tallySql(chunk.executionId), [chunk.executionId, chunk.chunkNo, chunk.fromSeq, chunk.toSeq]);
  }

  /** How long the oldest chunk has been due on which nobody works yet though its execution goes on; a gauge. */
  lag(tx: Tx): Promise<GaugeValue<never>[]> {
    return lagOf(
      tx,
      `SELECT due.at FROM execution e CROSS JOIN LATERAL (
         SELECT min(due_at) AS at FROM execution_chunk WHERE execution_id = e.id AND state = 'PENDING' AND due_at <= now()
           AND (held_until IS NULL OR held_until < now())) AS due
       WHERE ${goesOn}`,
    );
  }

  /**
   * Chunks whose worker is gone, and due ones whose job is gone or late; marks them as queued again. Of the late ones of an
   * execution only those that are next, so that the queue of one that takes hours does not fill with jobs for all of it.
   */
  async stranded(tx: Tx, limit: number): Promise<QueuedChunk[]> {
    return query(
      tx,
      `WITH next AS MATERIALIZED (
         SELECT n.execution_id, n.chunk_no FROM execution e CROSS JOIN LATERAL (
           (SELECT execution_id, chunk_no FROM execution_chunk
            WHERE execution_id = e.id AND state = 'PENDING' AND due_at < now() AND held_until IS NULL
            ORDER BY chunk_no LIMIT ${queuedAhead})
           UNION ALL
           SELECT execution_id, chunk_no FROM execution_chunk
           WHERE execution_id = e.id AND state = 'PENDING' AND due_at < now() AND held_until < now()) AS n
         WHERE e.state = 'RUNNING'
       )
       UPDATE execution_chunk c SET queued_at = now(), attempt = attempt + 1, held_until = NULL
       FROM (SELECT o.execution_id, o.chunk_no, e.kind FROM next n
             JOIN execution_chunk o ON o.execution_id = n.execution_id AND o.chunk_no = n.chunk_no
             JOIN execution e ON e.id = o.execution_id
             WHERE o.state = 'PENDING' AND ${goesOn}
               AND (o.held_until < now() OR (o.held_until IS NULL AND o.due_at < now() - interval '15 seconds'
                 AND o.queued_at < now() - interval '30 seconds'))
             ORDER BY o.held_until, o.due_at, o.chunk_no LIMIT $1 FOR UPDATE OF o SKIP LOCKED) AS late
       WHERE c.execution_id = late.execution_id AND c.chunk_no = late.chunk_no
       RETURNING c.execution_id AS "executionId", c.chunk_no AS "chunkNo", c.attempt, late.kind`,
      [limit],
    );
  }
}

function heldOf(executionId: string, row: TakenChunk | undefined): HeldChunk | null {
  return row ? { executionId, ...row, isFirst: row.fence === 1 } : null;
}
