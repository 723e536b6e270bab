import { execute, type GaugeValue, lagOf, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { OwedStatus, SubscriptionStatus } from '../domain/subscription-status';
import { isInUse } from './connection-in-use';

/** What Optimove was told about one customer on one channel. */
export interface CustomerStatus {
  medium: string;
  optimoveChannelId: number;
  appId: string | null;
  owed: SubscriptionStatus;
  acknowledged: SubscriptionStatus | null;
  state: 'OWED' | 'ACKNOWLEDGED' | 'REFUSED';
  acknowledgedAt: Date | null;
  lastError: string | null;
}

/** Customers whose status is about to be posted in one call. */
export interface StatusBatch {
  targetId: string;
  status: SubscriptionStatus;
  /** So many at most. */
  longestList: number;
}

/** SQL: whether customer ids of the connection mean whom they meant since `since`, and what is kept of it stands under them. */
const isNamedSince = (connectionId: string, since: string): string => `EXISTS (
  SELECT FROM subscription_postback p JOIN connection c ON c.id = p.connection_id WHERE p.connection_id = ${connectionId}
    AND p.names_since IS NOT DISTINCT FROM c.names_since AND c.names_since IS NOT DISTINCT FROM ${since}::timestamptz)`;

/** A connection, and since when its customer ids mean whom they mean to the one who asks. */
export interface NamingOwner {
  projectId: string;
  connectionId: string;
  namesSince: Date | null;
}

/** SQL: drops statuses of erased people ($1: the project) that Optimove was told, or will not be told. */
export const dropErased = `DELETE FROM subscription_status s
  USING subscription_target t LEFT JOIN subscription_postback p ON p.connection_id = t.connection_id
  WHERE t.project_id = $1 AND s.target_id = t.id AND s.connection_id = t.connection_id AND s.profile_id IS NULL
    AND (s.state <> 'OWED' OR NOT t.is_active OR p.is_on IS NOT TRUE)`;

/** Which status each customer should have at Optimove, and which one Optimove acknowledged. One writer per project at a time. */
@Injectable()
export class SubscriptionStatusRepository {
  /**
   * Takes states over; one that Optimove has already is not posted again, one that waits after a doubt keeps its wait. With
   * `again`, whatever Optimove has. Nothing is owed under former names.
   */
  async owe(tx: Tx, owner: NamingOwner, { owed, again }: { owed: OwedStatus[]; again: boolean }): Promise<void> {
    if (owed.length === 0) return;
    await execute(
      tx,
      `INSERT INTO subscription_status AS s (target_id, customer_id, project_id, connection_id, profile_id, owed)
       SELECT v.target_id, v.customer_id, $1, $2, v.profile_id, v.owed
       FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[]) AS v(target_id, customer_id, profile_id, owed)
       WHERE ${isNamedSince('$2', '$8')}
       ON CONFLICT ON CONSTRAINT pk_subscription_status DO UPDATE SET owed = excluded.owed, profile_id = excluded.profile_id,
         acknowledged = CASE WHEN NOT $7 THEN s.acknowledged END,
         state = CASE WHEN NOT $7 AND s.post_id IS NULL AND s.acknowledged = excluded.owed THEN 'ACKNOWLEDGED' ELSE 'OWED' END
       WHERE $7 OR s.owed <> excluded.owed OR s.profile_id IS DISTINCT FROM excluded.profile_id`,
      [
        owner.projectId,
        owner.connectionId,
        owed.map(({ targetId }) => targetId),
        owed.map(({ customerId }) => customerId),
        owed.map(({ profileId }) => profileId),
        owed.map(({ status }) => status),
        again,
        owner.namesSince,
      ],
    );
  }

  /** How long the oldest status has been owed, however often it was tried; not over connections that are off. */
  lag(tx: Tx): Promise<GaugeValue<never>[]> {
    return lagOf(
      tx,
      `SELECT oldest.at FROM subscription_target t
       JOIN subscription_postback p ON p.connection_id = t.connection_id AND p.is_on
       CROSS JOIN LATERAL (SELECT min(owed_since) AS at FROM subscription_status s WHERE s.target_id = t.id AND s.state = 'OWED') AS oldest
       WHERE t.is_active AND ${isInUse('t.connection_id')}`,
    );
  }

  /** What these people's customers were told or are owed until now. */
  told(tx: Tx, connectionId: string, profileIds: string[]): Promise<OwedStatus[]> {
    return query<OwedStatus>(
      tx,
      `SELECT target_id AS "targetId", customer_id AS "customerId", profile_id AS "profileId", owed AS status
       FROM subscription_status WHERE connection_id = $1 AND profile_id = ANY($2::uuid[])`,
      [connectionId, profileIds],
    );
  }

  /** A target and status with something to post now; null: nothing is. */
  async due(tx: Tx, connectionId: string): Promise<StatusBatch | null> {
    const [row] = await query<StatusBatch>(
      tx,
      `SELECT t.id AS "targetId", v.status, t.longest_list AS "longestList" FROM subscription_target t
       CROSS JOIN (VALUES ('UNSUBSCRIBED'), ('SUBSCRIBED')) AS v(status)
       WHERE t.connection_id = $1 AND t.is_active AND (t.held_until IS NULL OR t.held_until <= now())
         AND EXISTS (SELECT 1 FROM subscription_status s WHERE s.target_id = t.id AND s.owed = v.status
           AND s.state = 'OWED' AND s.next_try_at <= now())
       ORDER BY v.status DESC, t.id LIMIT 1`,
      [connectionId],
    );
    return row ?? null;
  }

  /** Marks customers of a batch as being posted; nobody of former names. */
  async take(tx: Tx, { connectionId, namesSince }: NamingOwner, batch: StatusBatch, postId: string): Promise<string[]> {
    const rows = await query<{ customer_id: string }>(
      tx,
      `UPDATE subscription_status SET post_id = $3 WHERE target_id = $1 AND customer_id IN (
         SELECT customer_id FROM subscription_status WHERE target_id = $1 AND owed = $2 AND state = 'OWED'
           AND next_try_at <= now() AND ${isNamedSince('$5', '$6')} ORDER BY next_try_at LIMIT $4)
       RETURNING customer_id`,
      [batch.targetId, batch.status, postId, batch.longestList, connectionId, namesSince],
    );
    return rows.map((row) => row.customer_id);
  }

  /** Optimove took the status of these customers; one that has changed meanwhile stays owed. */
  async acknowledge(tx: Tx, postId: string, customers: { status: SubscriptionStatus; ids: string[] }): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_status SET acknowledged = $2, acknowledged_at = now(), post_id = NULL, last_error = NULL,
         state = CASE WHEN owed = $2 THEN 'ACKNOWLEDGED' ELSE 'OWED' END
       WHERE post_id = $1 AND customer_id = ANY($3)`,
      [postId, customers.status, customers.ids],
    );
  }

  /** Optimove will not take the status of this customer; a later change is tried anew. */
  async refuse(
    tx: Tx,
    postId: string,
    refused: { status: SubscriptionStatus; customerId: string; error: string },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_status SET post_id = NULL, last_error = $4, state = CASE WHEN owed = $2 THEN 'REFUSED' ELSE 'OWED' END
       WHERE post_id = $1 AND customer_id = $3`,
      [postId, refused.status, refused.customerId, refused.error],
    );
  }

  /** Puts what is left of a post off: Optimove may still be working on it, or cannot take anything now. */
  async putOff(tx: Tx, postId: string, { seconds, error }: { seconds: number; error: string }): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_status SET post_id = NULL, acknowledged = NULL, last_error = $3,
         next_try_at = now() + $2 * interval '1 second' WHERE post_id = $1`,
      [postId, seconds, error],
    );
  }

  /** Forgets what Optimove was told, and is owed, of at most so many customers. @returns how many. */
  forget(tx: Tx, connectionId: string, limit: number): Promise<number> {
    return execute(
      tx,
      `DELETE FROM subscription_status WHERE (target_id, customer_id) IN (
         SELECT target_id, customer_id FROM subscription_status WHERE connection_id = $1 LIMIT $2)`,
      [connectionId, limit],
    );
  }

  /** Forgets erased people of whom there is nothing left to tell. */
  async forgetErased(tx: Tx, projectId: string): Promise<void> {
    await execute(tx, dropErased, [projectId]);
  }

  ofCustomer(
    tx: Tx,
    { projectId, connectionId, customerId }: { projectId: string; connectionId: string; customerId: string },
  ): Promise<CustomerStatus[]> {
    return query<CustomerStatus>(
      tx,
      `SELECT t.medium, t.optimove_channel_id AS "optimoveChannelId", t.app_id AS "appId", s.owed, s.acknowledged, s.state,
         s.acknowledged_at AS "acknowledgedAt", s.last_error AS "lastError"
       FROM subscription_target t JOIN subscription_status s ON s.target_id = t.id
       WHERE t.project_id = $1 AND t.connection_id = $2 AND s.customer_id = $3 ORDER BY t.id`,
      [projectId, connectionId, customerId],
    );
  }
}
