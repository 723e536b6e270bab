import { execute, query, Transactions, type Tx } from '@libs/platform';
import { connectionsOfProject } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { MatchedBy } from '../../domain/execution/matched-by';

interface AnyExecutionRow {
  id: string;
  project_id: string;
  /** Of a Direct campaign: its own id. */
  optimove_campaign_id: string;
  run_date: string;
  /** Optimove's id of the engagement whose files hold the recipients; null when the API lists them. */
  engagement_id: string | null;
  state: 'ANNOUNCED' | 'READING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  reason: string | null;
  reading: number;
  launch: number;
  attributes: string[];
  received: number;
  recipients: number;
  announced_at: Date;
  last_announced_at: Date;
  read_started_at: Date | null;
  read_at: Date | null;
  frozen_at: Date | null;
  completed_at: Date | null;
  /** The zone in which its list says when to send; null before the first freeze. */
  list_time_zone: string | null;
  /** Of a list, by which attributes its customers are told; null before it is settled, and of other executions. */
  matched_by: MatchedBy | null;
  /** Of a list, since when its customer ids mean whom they mean; null: as the connection's did first. */
  names_since: Date | null;
}

/** An execution that Optimove asked for. */
export interface OptimoveExecutionRow extends AnyExecutionRow {
  kind: 'SCHEDULED' | 'TRIGGERED';
  connection_id: string;
  /** The account at Optimove that asked; the connection may be another one's by now. */
  account_id: string;
  channel_id: string;
  optimove_channel_id: number;
}

/** An execution of a Direct campaign. */
export interface DirectExecutionRow extends AnyExecutionRow {
  kind: 'DIRECT';
  connection_id: null;
  channel_id: null;
  optimove_channel_id: null;
}

/** An execution as the workers see it. */
export type ExecutionRow = OptimoveExecutionRow | DirectExecutionRow;

const columns = `id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id,
  run_date::text AS run_date, kind, launch, engagement_id, state, reason, reading, attributes, received, recipients,
  announced_at, last_announced_at, read_started_at, read_at, frozen_at, completed_at, list_time_zone, matched_by, names_since, account_id`;

const readingLeaseSeconds = 60;

/** A reading under way. */
export type Reading = Pick<ExecutionRow, 'id' | 'reading'>;

const isReadable = `kind = 'SCHEDULED' AND state IN ('ANNOUNCED', 'READING', 'RUNNING', 'COMPLETED')
  AND cancel_requested_at IS NULL AND paused_at IS NULL AND values_gone_at IS NULL`;

const isHeld = `id = $1 AND holder = $2 AND reading = $3 AND read_through < reading AND held_until IS NOT NULL
  AND cancel_requested_at IS NULL AND state IN ('READING', 'RUNNING', 'COMPLETED')`;

/** Something was announced after the last reading began; for an execution named `e`. */
export const isAnnouncedSince = `EXISTS (SELECT 1 FROM execution_announcement a
  WHERE a.execution_id = e.id AND a.received_at > e.read_started_at)`;

const isWanted = `state = 'ANNOUNCED' OR reading > read_through OR ${isAnnouncedSince}`;

/** An earlier launch of the day has not been cancelled to its end; $2 are its connection and the deleted ones that this stands for. */
const hasEarlierLaunch = `EXISTS (SELECT 1 FROM execution o WHERE o.project_id = e.project_id
  AND o.connection_id = ANY($2::uuid[]) AND o.optimove_campaign_id = e.optimove_campaign_id
  AND o.optimove_channel_id = e.optimove_channel_id AND o.run_date = e.run_date AND o.kind = e.kind
  AND (o.launch < e.launch AND o.cancel_requested_at IS NOT NULL OR o.connection_id <> e.connection_id) AND o.state IN ('ANNOUNCED', 'READING', 'RUNNING'))`;

/** Executions and their states. */
@Injectable()
export class ExecutionRepository {
  constructor(private readonly transactions: Transactions) {}

  /** By id alone, for workers. */
  async find(tx: Tx, id: string): Promise<ExecutionRow | null> {
    const [row] = await query<ExecutionRow>(tx, `SELECT ${columns} FROM execution WHERE id = $1`, [id]);
    return row ?? null;
  }

  /**
   * Takes the right to read the recipients: goes on with a reading that was begun, or begins one when something was
   * announced since the last began. `connectionIds` are its connection and the deleted ones that this stands for.
   * @returns null when somebody holds it, nothing is left to read, or it has to wait.
   */
  async takeReading(
    executionId: string,
    { holder, connectionIds }: { holder: string; connectionIds: string[] },
  ): Promise<OptimoveExecutionRow | null> {
    return this.transactions.run(async (tx) => {
      const [row] = await query<OptimoveExecutionRow>(
        tx,
        `UPDATE execution e SET state = CASE WHEN state IN ('RUNNING', 'COMPLETED') THEN state ELSE 'READING' END,
           reading = greatest(reading, read_through + 1),
           read_started_at = CASE WHEN reading > read_through THEN read_started_at ELSE clock_timestamp() END,
           holder = $3, held_until = now() + interval '${readingLeaseSeconds} seconds', read_not_before = NULL
         WHERE id = $1 AND ${isReadable} AND (held_until IS NULL OR held_until < now())
           AND (read_not_before IS NULL OR read_not_before <= now()) AND (${isWanted}) AND NOT ${hasEarlierLaunch}
         RETURNING ${columns}`,
        [executionId, connectionIds, holder],
      );
      if (!row) return null;
      await query(
        tx,
        `INSERT INTO execution_reading (execution_id, reading) VALUES ($1, $2)
         ON CONFLICT ON CONSTRAINT pk_execution_reading DO NOTHING`,
        [row.id, row.reading],
      );
      return row;
    });
  }

  /** Whether the reading has to wait until an earlier launch of the day has been cancelled to its end. */
  async waitsForCancellation(executionId: string, connectionIds: string[]): Promise<boolean> {
    const rows = await query(
      this.transactions.pool,
      `SELECT 1 FROM execution e WHERE id = $1 AND ${isReadable} AND ${hasEarlierLaunch}`,
      [executionId, connectionIds],
    );
    return rows.length === 1;
  }

  /** Whether something was announced after the last reading began. */
  async isWanted(executionId: string): Promise<boolean> {
    const sql = `SELECT 1 FROM execution e WHERE id = $1 AND ${isAnnouncedSince}`;
    return (await query(this.transactions.pool, sql, [executionId])).length === 1;
  }

  /** Extends the lease; false when somebody else has it now, or the execution was cancelled. */
  async holdReading(tx: Tx, { id, reading }: Reading, holder: string): Promise<boolean> {
    const count = await execute(
      tx,
      `UPDATE execution SET held_until = now() + interval '${readingLeaseSeconds} seconds' WHERE ${isHeld}`,
      [id, holder, reading],
    );
    return count === 1;
  }

  /** Lets go of the reading so that it can be taken at once, or not before `waitSeconds`, with the reason to show. */
  async releaseReading(
    { id, reading }: Reading,
    holder: string,
    wait?: { seconds: number; reason: string },
  ): Promise<void> {
    await execute(
      this.transactions.pool,
      `UPDATE execution SET held_until = NULL, holder = NULL, read_not_before = now() + $4 * interval '1 second',
         reason = coalesce($5, reason) WHERE ${isHeld}`,
      [id, holder, reading, wait?.seconds ?? 0, wait?.reason ?? null],
    );
  }

  /** Lets the readings over a connection that wait for another API token be taken at once. */
  async endTokenWaits(tx: Tx, connectionId: string): Promise<Reading[]> {
    return query(
      tx,
      `UPDATE execution SET read_not_before = now()
       WHERE reading > read_through AND connection_id = $1 AND read_not_before > now() RETURNING id, reading`,
      [connectionId],
    );
  }

  /**
   * Ends a reading that cannot succeed, with the reason for a person: the execution fails, or starts anew when
   * something was announced meanwhile. One that was frozen before stays as it is.
   */
  async failReading({ id, reading }: Reading, holder: string, reason: string): Promise<void> {
    const text = reason.slice(0, 1000);
    await this.transactions.run(async (tx) => {
      await query(tx, 'UPDATE execution_reading SET problem = $3 WHERE execution_id = $1 AND reading = $2', [
        id,
        reading,
        text,
      ]);
      await query(
        tx,
        `UPDATE execution e SET held_until = NULL, holder = NULL, reason = $4, read_through = reading,
           state = CASE WHEN frozen_at IS NOT NULL THEN state WHEN ${isAnnouncedSince} THEN 'ANNOUNCED' ELSE 'FAILED' END
         WHERE ${isHeld}`,
        [id, holder, reading, text],
      );
    });
  }

  /** Remembers which Optimove attributes are asked for, in order. */
  async setAttributes(tx: Tx, executionId: string, attributes: string[]): Promise<void> {
    await execute(tx, 'UPDATE execution SET attributes = $2 WHERE id = $1', [executionId, attributes]);
  }

  /** Remembers by which attributes the customers of a list are told, and since when their ids mean whom they mean. */
  async setMatchedBy(tx: Tx, executionId: string, matchedBy: MatchedBy, namesSince: Date | null): Promise<void> {
    const values = [executionId, matchedBy, namesSince];
    await execute(tx, 'UPDATE execution SET matched_by = $2, names_since = $3 WHERE id = $1', values);
  }

  /** Remembers attributes that Optimove did not know while a list was read. */
  async noteUnknownAttributes(tx: Tx, { id, reading }: Reading, names: string[]): Promise<void> {
    await execute(
      tx,
      `UPDATE execution_reading SET unknown_attributes = ARRAY(SELECT DISTINCT unnest(unknown_attributes || $3::text[]) ORDER BY 1)
       WHERE execution_id = $1 AND reading = $2`,
      [id, reading, names],
    );
  }

  /**
   * Executions whose reading nobody works on: announced, begun or wanted once more for more than `idleSeconds`, or left by
   * a worker that is gone.
   */
  async unread(tx: Tx, idleSeconds: number, limit: number): Promise<{ id: string; reading: number }[]> {
    const isLeft = `${isReadable} AND (held_until IS NULL OR held_until < now())
      AND (read_not_before < now() OR held_until < now()
        OR coalesce(read_started_at, announced_at) < now() - $1 * interval '1 second')`;
    const found = 'SELECT e.id, greatest(reading, read_through + 1) AS reading';
    return query(
      tx,
      `${found} FROM execution e WHERE ${isLeft} AND state = 'ANNOUNCED'
       UNION
       ${found} FROM execution e WHERE ${isLeft} AND reading > read_through
       UNION
       ${found} FROM execution e WHERE ${isLeft} AND state = 'RUNNING' AND ${isAnnouncedSince}
       UNION
       ${found} FROM execution_announcement a
       JOIN execution e ON e.id = a.execution_id AND a.received_at > e.read_started_at
       WHERE a.received_at BETWEEN now() - interval '3 days' AND now() - $1 * interval '1 second'
         AND ${isReadable} AND (held_until IS NULL OR held_until < now())
       ORDER BY id LIMIT $2`,
      [idleSeconds, limit],
    );
  }

  /**
   * Every execution of the same campaign on the same channel of the account at Optimove, this one included, over whichever
   * of its connections and as whatever kind of channel it went.
   */
  async ofSameCampaign(tx: Tx, execution: OptimoveExecutionRow): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM execution WHERE project_id = $1 AND connection_id = ANY($2::uuid[] || ${connectionsOfProject('$1')})
         AND account_id = $3 AND optimove_campaign_id = $4 AND optimove_channel_id = $5`,
      [
        execution.project_id,
        [execution.connection_id],
        execution.account_id,
        execution.optimove_campaign_id,
        execution.optimove_channel_id,
      ],
    );
    return rows.map(({ id }) => id);
  }
}
