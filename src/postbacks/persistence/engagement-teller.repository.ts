import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { usualSetting } from '../domain/engagement';
import { roadOver } from './road-over';

/** Who is to be told of what went out over a connection. */
interface Audience {
  projectId: string;
  connectionId: string;
  accountId: string;
}

/** What is to be told to an account over a connection that tells it nothing now. */
export interface LeftEngagement {
  accountId: string;
  /** The connection that tells it instead; null where there is none. */
  heirId: string | null;
  /** Why that connection will not tell it any more; null where it is only disabled. */
  reason: string | null;
}

/** SQL: whether a connection `c`, whose setting is `s`, tells Optimove of engagement. */
const tells = `c.deleted_at IS NULL AND NOT c.is_disabled AND coalesce(s.road, '${usualSetting.road}') <> 'NONE'`;

const withSetting = 'connection c LEFT JOIN engagement_postback s ON s.connection_id = c.id';

/** SQL: the first account after another one, or of all, for which something waits over a connection: one step in an index. */
const nextWaiting = (after = ''): string => `(SELECT account_id FROM engagement_event
  WHERE connection_id = $1 AND batch_id IS NULL AND account_id IS NOT NULL ${after} ORDER BY account_id LIMIT 1)`;

/** What waits or is not settled, of one connection and account. */
const left = {
  events: 'connection_id = $1 AND account_id = $2 AND batch_id IS NULL',
  batches: `connection_id = $1 AND account_id = $2 AND state IN ('OWED', 'REFUSED', 'UNCERTAIN')`,
};

/** Which connection tells an account what people did. */
@Injectable()
export class EngagementTellerRepository {
  /**
   * The connection over which it went out, as long as it is the account's and in use, else another one in use that tells of
   * engagement, else that one though it is disabled. Null: nobody tells the account.
   */
  async tellerOf(tx: Tx, { projectId, connectionId, accountId }: Audience): Promise<string | null> {
    const [row] = await query<{ id: string }>(
      tx,
      `SELECT c.id FROM ${withSetting} WHERE c.project_id = $1 AND c.account_id = $3
         AND c.deleted_at IS NULL AND (c.id = $2 OR ${tells}) ORDER BY c.is_disabled, c.id <> $2, c.id LIMIT 1`,
      [projectId, connectionId, accountId],
    );
    return row?.id ?? null;
  }

  /** Connections that were deleted or moved with batches that wait for somebody. */
  async withOpenQuestions(tx: Tx): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT DISTINCT b.connection_id AS id FROM engagement_batch b JOIN connection c ON c.id = b.connection_id
       WHERE b.state IN ('REFUSED', 'UNCERTAIN') AND (c.deleted_at IS NOT NULL OR c.account_id <> b.account_id)`,
    );
    return rows.map(({ id }) => id);
  }

  /** What a connection was to tell though it is off by now, or another account's; by account. */
  leftBy(tx: Tx, connectionId: string): Promise<LeftEngagement[]> {
    return query(
      tx,
      `WITH RECURSIVE waiting(account_id) AS (
         SELECT ${nextWaiting()} UNION ALL
         SELECT ${nextWaiting('AND account_id > w.account_id')} FROM waiting w WHERE w.account_id IS NOT NULL
       ), open AS (
         SELECT account_id FROM waiting WHERE account_id IS NOT NULL
         UNION SELECT account_id FROM engagement_batch WHERE connection_id = $1 AND state = 'OWED'
         UNION SELECT account_id FROM engagement_batch WHERE connection_id = $1 AND state IN ('REFUSED', 'UNCERTAIN')
       )
       SELECT l.account_id AS "accountId", CASE WHEN o.deleted_at IS NOT NULL THEN 'The connection was deleted'
           WHEN o.account_id <> l.account_id THEN 'The connection was moved to another account' END AS reason,
         (SELECT c.id FROM ${withSetting} WHERE c.project_id = o.project_id AND c.account_id = l.account_id
            AND c.id <> o.id AND ${tells} ORDER BY c.id LIMIT 1) AS "heirId"
       FROM connection o CROSS JOIN open l
       WHERE o.id = $1 AND (o.deleted_at IS NOT NULL OR o.is_disabled OR o.account_id <> l.account_id)`,
      [connectionId],
    );
  }

  /**
   * Has another connection tell it, by a road that this one has, and people settle there what is open: that keeps the road
   * by which it was posted. Not what is under way.
   */
  async give(tx: Tx, connectionId: string, { accountId, heirId }: LeftEngagement): Promise<void> {
    await execute(
      tx,
      `WITH moved AS (
         UPDATE engagement_batch SET connection_id = $3, next_try_at = now(),
           road = CASE WHEN state = 'OWED' THEN ${roadOver('$3')} ELSE road END
         WHERE ${left.batches} RETURNING id
       ) UPDATE engagement_event SET connection_id = $3 WHERE batch_id IN (SELECT id FROM moved)`,
      [connectionId, accountId, heirId],
    );
    await execute(tx, `UPDATE engagement_event SET connection_id = $3 WHERE ${left.events}`, [
      connectionId,
      accountId,
      heirId,
    ]);
  }

  /** Drops what waits and gives up what is owed; what is under way ends by itself. */
  async giveUp(tx: Tx, connectionId: string, { accountId, reason }: LeftEngagement): Promise<void> {
    await execute(tx, `DELETE FROM engagement_event WHERE ${left.events}`, [connectionId, accountId]);
    await execute(
      tx,
      `UPDATE engagement_batch SET state = 'EXPIRED', settled_at = now(), last_error = $3
       WHERE connection_id = $1 AND account_id = $2 AND state = 'OWED'`,
      [connectionId, accountId, reason],
    );
  }
}
