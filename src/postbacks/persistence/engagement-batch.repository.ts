import { newId } from '@libs/foundation';
import { execute, type GaugeValue, lagOf, query, type Tx } from '@libs/platform';
import { type ConnectionView, connectionsOfProject } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { BatchState, DoubtRule, EngagementBatch } from '../domain/engagement';
import { isInUse } from './connection-in-use';
import { roadOver } from './road-over';

/** A batch as people see it. */
export interface BatchView extends EngagementBatch {
  state: BatchState;
  lastError: string | null;
  createdAt: Date;
  settledAt: Date | null;
}

/** How the engagement of a connection stands, in customers. */
export interface EngagementSums {
  waiting: number;
  owed: number;
  acknowledged: number;
  refused: number;
  uncertain: number;
  expired: number;
  /** Of the acknowledged: in batches that may have counted more than once. */
  maybeTwice: number;
  /** The oldest event that Optimove has not been told of. */
  oldestOwedAt: Date | null;
}

/** What became of a post. */
export interface PostResult {
  state: Exclude<BatchState, 'POSTING'>;
  error: string | null;
  waitSeconds: number;
  isDoubted: boolean;
}

const columns = `id, project_id AS "projectId", connection_id AS "connectionId", account_id AS "accountId",
  optimove_campaign_id AS "optimoveCampaignId",
  optimove_channel_id AS "optimoveChannelId", optimove_template_id AS "optimoveTemplateId", event, day::text AS day, road,
  customers, doubts, halvings, tries, state, last_error AS "lastError", created_at AS "createdAt", settled_at AS "settledAt"`;

const isTooOld = `e.occurred_at < now() - interval '7 days'`;

/** SQL: whether Optimove is told nothing more of the campaign of a batch `b`, which may have gone on since, over whatever connection. */
const isOver = `greatest(b.closes_at, (SELECT max(m.closes_at) FROM metric_total m WHERE m.project_id = b.project_id
  AND m.connection_id = ANY(${connectionsOfProject('b.project_id')}) AND m.account_id = b.account_id AND m.optimove_campaign_id = b.optimove_campaign_id
  AND m.optimove_channel_id = b.optimove_channel_id)) <= now()`;

const interrupted = 'The process ended before Optimove answered; it may have counted';

/** Batches of customers on their way to Optimove. Under way, one worker at a time writes for a connection. */
@Injectable()
export class EngagementBatchRepository {
  /** Connections with a batch to post now, or one that a process left behind. */
  async connectionsDue(tx: Tx): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT DISTINCT connection_id AS id FROM engagement_batch
       WHERE state IN ('OWED', 'POSTING') AND next_try_at <= now()`,
    );
    return rows.map(({ id }) => id);
  }

  /** What a process that died had posted may have counted. */
  async doubtInterrupted(tx: Tx, connectionId: string, onDoubt: DoubtRule): Promise<void> {
    await execute(
      tx,
      `UPDATE engagement_batch SET state = $2, doubts = doubts + 1, last_error = $3,
         settled_at = CASE WHEN $2 = 'UNCERTAIN' THEN now() END
       WHERE connection_id = $1 AND state = 'POSTING'`,
      [connectionId, onDoubt === 'POST_AGAIN' ? 'OWED' : 'UNCERTAIN', interrupted],
    );
  }

  /** Batches of signed events of which some, not all, are too old for Optimove by now, with those. */
  partlyTooOld(tx: Tx, connectionId: string): Promise<(EngagementBatch & { tooOld: string[] })[]> {
    return query(
      tx,
      `SELECT ${columns}, too_old AS "tooOld" FROM engagement_batch b CROSS JOIN LATERAL (
         SELECT array_agg(e.id::text) FILTER (WHERE ${isTooOld}) AS too_old, count(*) AS events
         FROM engagement_event e WHERE e.batch_id = b.id) AS e
       WHERE connection_id = $1 AND state = 'OWED' AND road = 'EVENTS' AND cardinality(too_old) < events`,
      [connectionId],
    );
  }

  /**
   * Optimove takes nothing more seven days after the last send, and no signed event that is older than that: a batch with
   * one such ends as a whole.
   */
  async expire(tx: Tx, connectionId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE engagement_batch b SET state = 'EXPIRED', settled_at = now(), last_error = CASE WHEN ${isOver}
           THEN 'Seven days after the last send Optimove is told nothing more of a campaign'
           ELSE 'Optimove takes no signed event that is older than seven days' END
       WHERE connection_id = $1 AND state = 'OWED' AND (${isOver} OR (b.road = 'EVENTS' AND EXISTS (
         SELECT 1 FROM engagement_event e WHERE e.batch_id = b.id AND ${isTooOld})))`,
      [connectionId],
    );
  }

  /** How old the oldest event of a customer is that Optimove is to be told of; not over connections that are off. */
  lag(tx: Tx): Promise<GaugeValue<never>[]> {
    return lagOf(
      tx,
      `WITH open AS (
         SELECT id, day, min(day) OVER (PARTITION BY connection_id) AS first_day FROM engagement_batch b
         WHERE state IN ('OWED', 'POSTING') AND ${isInUse('b.connection_id')}
       )
       SELECT e.occurred_at AS at FROM open JOIN engagement_event e ON e.batch_id = open.id WHERE open.day = open.first_day
       UNION ALL
       SELECT e.occurred_at FROM engagement_event e WHERE e.batch_id IS NULL AND ${isInUse('e.connection_id')}`,
    );
  }

  /** Keeps what is due for later: the connection is switched off and may come back. */
  async putOff(tx: Tx, connectionId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE engagement_batch SET next_try_at = now() + interval '1 minute'
       WHERE connection_id = $1 AND state IN ('OWED', 'POSTING') AND next_try_at <= now()`,
      [connectionId],
    );
  }

  /** Marks the next batch for the account of a connection as being posted: halves of a refused one first. */
  async take(tx: Tx, { id, accountId }: ConnectionView): Promise<EngagementBatch | null> {
    const [row] = await query<EngagementBatch>(
      tx,
      `UPDATE engagement_batch SET state = 'POSTING' WHERE connection_id = $1 AND state = 'OWED' AND id = (
         SELECT id FROM engagement_batch WHERE connection_id = $1 AND account_id = $2 AND state = 'OWED' AND next_try_at <= now()
         ORDER BY halvings DESC, next_try_at, id LIMIT 1)
       RETURNING ${columns}`,
      [id, accountId],
    );
    return row ?? null;
  }

  async end(tx: Tx, id: string, { state, error, waitSeconds, isDoubted }: PostResult): Promise<void> {
    await execute(
      tx,
      `UPDATE engagement_batch SET state = $2, last_error = CASE WHEN $2 = 'ACKNOWLEDGED' AND doubts > 0 THEN last_error ELSE $3 END,
         doubts = doubts + $5, tries = tries + CASE WHEN $2 = 'OWED' THEN 1 ELSE 0 END,
         next_try_at = now() + $4 * interval '1 second', settled_at = CASE WHEN $2 <> 'OWED' THEN now() END
       WHERE id = $1`,
      [id, state, error, waitSeconds, isDoubted ? 1 : 0],
    );
  }

  /** Takes customers out of a batch into one of their own. @returns its id. */
  async split(tx: Tx, batch: EngagementBatch, customers: number): Promise<string> {
    const id = newId();
    await execute(
      tx,
      `INSERT INTO engagement_batch (id, project_id, connection_id, account_id, optimove_campaign_id, optimove_channel_id,
         optimove_template_id, event, day, road, customers, halvings, closes_at, doubts)
       SELECT $2, project_id, connection_id, account_id, optimove_campaign_id, optimove_channel_id, optimove_template_id, event, day,
         road, $3::int, halvings + 1, closes_at, doubts FROM engagement_batch WHERE id = $1`,
      [batch.id, id, customers],
    );
    await execute(
      tx,
      `UPDATE engagement_batch SET state = 'OWED', customers = customers - $2::int, halvings = halvings + 1 WHERE id = $1`,
      [batch.id, customers],
    );
    return id;
  }

  /** Refuses what is left of a message that Optimove refuses whoever it is about. */
  async refuseRest(tx: Tx, batch: EngagementBatch, error: string): Promise<void> {
    await execute(
      tx,
      `UPDATE engagement_batch SET state = 'REFUSED', last_error = $7, settled_at = now()
       WHERE connection_id = $1 AND account_id = $8 AND state = 'OWED' AND (optimove_campaign_id, optimove_channel_id,
         optimove_template_id, event, day) = ($2, $3::int, $4, $5, $6::date)`,
      [
        batch.connectionId,
        batch.optimoveCampaignId,
        batch.optimoveChannelId,
        batch.optimoveTemplateId,
        batch.event,
        batch.day,
        error,
        batch.accountId,
      ],
    );
  }

  /**
   * Settles refused and uncertain batches; what is accepted counts as told by one of the posts without an answer. The connection
   * may have been given them by another one: they are posted again by a road that it has.
   */
  async settle(
    tx: Tx,
    { projectId, connectionId, ids }: { projectId: string; connectionId: string; ids: string[] },
    decision: 'POST_AGAIN' | 'ACCEPT',
  ): Promise<{ id: string; state: BatchState }[]> {
    return query(
      tx,
      `WITH old AS (
         SELECT id, state FROM engagement_batch WHERE project_id = $1 AND connection_id = $2 AND id = ANY($3::uuid[])
           AND state IN ('REFUSED', 'UNCERTAIN') ORDER BY id FOR UPDATE
       )
       UPDATE engagement_batch b SET state = CASE WHEN $4 = 'ACCEPT' THEN 'ACKNOWLEDGED' ELSE 'OWED' END,
         road = CASE WHEN $4 = 'ACCEPT' THEN road ELSE ${roadOver('b.connection_id')} END, tries = 0, next_try_at = now(), settled_at = CASE WHEN $4 = 'ACCEPT' THEN now() END,
         doubts = greatest(doubts - CASE WHEN $4 = 'ACCEPT' THEN 1 ELSE 0 END, 0)
       FROM old WHERE b.id = old.id RETURNING b.id, old.state`,
      [projectId, connectionId, ids, decision],
    );
  }

  find(tx: Tx, projectId: string, id: string): Promise<BatchView | null> {
    return query<BatchView>(tx, `SELECT ${columns} FROM engagement_batch WHERE project_id = $1 AND id = $2`, [
      projectId,
      id,
    ]).then(([row]) => row ?? null);
  }

  /** Batches of a connection, newest first; null does not narrow. */
  list(
    tx: Tx,
    page: {
      projectId: string;
      connectionId: string;
      state: BatchState | null;
      isDoubted: boolean | null;
      beforeId: string | null;
      limit: number;
    },
  ): Promise<BatchView[]> {
    return query<BatchView>(
      tx,
      `SELECT ${columns} FROM engagement_batch WHERE project_id = $1 AND connection_id = $2
         AND ($3::text IS NULL OR state = $3) AND ($4::boolean IS NULL OR (doubts > 0) = $4)
         AND ($5::uuid IS NULL OR id < $5) ORDER BY id DESC LIMIT $6`,
      [page.projectId, page.connectionId, page.state, page.isDoubted, page.beforeId, page.limit],
    );
  }

  async sums(tx: Tx, projectId: string, connectionId: string): Promise<EngagementSums> {
    const sumOf = (condition: string) => `coalesce(sum(customers) FILTER (WHERE ${condition}), 0)::int`;
    const [row] = await query<EngagementSums>(
      tx,
      `SELECT b.*, w.waiting, least(w.since, (
           SELECT min(e.occurred_at) FROM engagement_batch o JOIN engagement_event e ON e.batch_id = o.id
           WHERE o.connection_id = $2 AND o.state IN ('OWED', 'POSTING'))) AS "oldestOwedAt"
       FROM (SELECT ${sumOf(`state IN ('OWED', 'POSTING')`)} AS owed, ${sumOf(`state = 'ACKNOWLEDGED'`)} AS acknowledged,
           ${sumOf(`state = 'REFUSED'`)} AS refused, ${sumOf(`state = 'UNCERTAIN'`)} AS uncertain,
           ${sumOf(`state = 'EXPIRED'`)} AS expired, ${sumOf(`state = 'ACKNOWLEDGED' AND doubts > 0`)} AS "maybeTwice"
         FROM engagement_batch WHERE project_id = $1 AND connection_id = $2) b
       CROSS JOIN (SELECT count(*)::int AS waiting, min(occurred_at) AS since FROM engagement_event
         WHERE connection_id = $2 AND batch_id IS NULL) w`,
      [projectId, connectionId],
    );
    return row as EngagementSums;
  }
}
