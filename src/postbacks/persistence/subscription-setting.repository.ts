import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { SubscriptionSetting } from '../domain/subscription-status';

/** What a person may choose. */
export type SubscriptionChoice = Pick<
  SubscriptionSetting,
  'isOn' | 'subscribedMode' | 'unsubscribedMode' | 'emailChannelId' | 'confirmedBy'
>;

/** SQL: whether what is kept of a connection's subscription status stands under names that mean nobody or others by now. */
const hasFormerNames =
  'names_since IS DISTINCT FROM (SELECT c.names_since FROM connection c WHERE c.id = connection_id)';

const columns = `connection_id AS "connectionId", project_id AS "projectId", is_on AS "isOn",
  subscribed_mode AS "subscribedMode", unsubscribed_mode AS "unsubscribedMode", confirmed_by AS "confirmedBy",
  confirmed_at AS "confirmedAt", email_channel_id AS "emailChannelId", version, walk_state AS "walkState",
  walk_task_id AS "walkTaskId", walk_posts_again AS "walkPostsAgain", ${hasFormerNames} AS "namesChanged", without_customer AS "withoutCustomer"`;

/** Open transactions that have written people or devices: they hold this lock until they end. */
const writersOfPeople = `SELECT virtualtransaction FROM pg_locks
  WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation IN ('profile'::regclass, 'device'::regclass)`;

/** How connections post subscription status, and which projects may. */
@Injectable()
export class SubscriptionSettingRepository {
  async allowance(tx: Tx, projectId: string): Promise<{ allowedBy: string; allowedAt: Date } | null> {
    const [row] = await query<{ allowedBy: string; allowedAt: Date }>(
      tx,
      `SELECT allowed_by AS "allowedBy", allowed_at AS "allowedAt" FROM subscription_postback_allowance WHERE project_id = $1`,
      [projectId],
    );
    return row ?? null;
  }

  async allow(tx: Tx, projectId: string, allowedBy: string): Promise<void> {
    await execute(
      tx,
      'INSERT INTO subscription_postback_allowance (project_id, allowed_by) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [projectId, allowedBy],
    );
  }

  /** Takes the permission back; what is on goes off with it. */
  async disallow(tx: Tx, projectId: string): Promise<void> {
    await execute(tx, 'DELETE FROM subscription_postback_allowance WHERE project_id = $1', [projectId]);
    await this.turnOff(tx, projectId);
  }

  /** Turns one connection off, or all of the project. */
  async turnOff(tx: Tx, projectId: string, connectionId: string | null = null): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_postback SET is_on = false, version = version + 1, walk_state = 'NONE', updated_at = now()
       WHERE project_id = $1 AND ($2::uuid IS NULL OR connection_id = $2) AND is_on`,
      [projectId, connectionId],
    );
  }

  async find(tx: Tx, projectId: string, connectionId: string): Promise<SubscriptionSetting | null> {
    const [row] = await query<SubscriptionSetting>(
      tx,
      `SELECT ${columns} FROM subscription_postback WHERE project_id = $1 AND connection_id = $2`,
      [projectId, connectionId],
    );
    return row ?? null;
  }

  /** Stores a choice over the version that was seen; null when somebody else was faster. A new confirmation counts from now. */
  async save(
    tx: Tx,
    owner: { projectId: string; connectionId: string; version: number },
    choice: SubscriptionChoice,
  ): Promise<SubscriptionSetting | null> {
    const [row] = await query<SubscriptionSetting>(
      tx,
      `INSERT INTO subscription_postback AS s
         (connection_id, project_id, is_on, subscribed_mode, unsubscribed_mode, confirmed_by, confirmed_at, email_channel_id, names_since)
       SELECT $1, $2, $4, $5, $6, $7, CASE WHEN $7::text IS NOT NULL THEN now() END, $8,
         (SELECT c.names_since FROM connection c WHERE c.id = $1) WHERE $3 = 0
         OR EXISTS (SELECT 1 FROM subscription_postback WHERE connection_id = $1)
       ON CONFLICT ON CONSTRAINT pk_subscription_postback DO UPDATE SET is_on = excluded.is_on,
         subscribed_mode = excluded.subscribed_mode, unsubscribed_mode = excluded.unsubscribed_mode,
         confirmed_by = excluded.confirmed_by, email_channel_id = excluded.email_channel_id,
         confirmed_at = CASE WHEN excluded.confirmed_by IS NULL THEN NULL WHEN s.confirmed_by IS NULL
           OR (s.subscribed_mode, s.unsubscribed_mode) <> (excluded.subscribed_mode, excluded.unsubscribed_mode)
           THEN now() ELSE s.confirmed_at END,
         version = s.version + 1, updated_at = now()
       WHERE s.project_id = $2 AND s.version = $3
       RETURNING ${columns}`,
      [
        owner.connectionId,
        owner.projectId,
        owner.version,
        choice.isOn,
        choice.subscribedMode,
        choice.unsubscribedMode,
        choice.confirmedBy,
        choice.emailChannelId,
      ],
    );
    return row ?? null;
  }

  /** Has everyone posted: the walk begins when every transaction that may have changed somebody unnoticed has ended. */
  async askForWalk(tx: Tx, connectionId: string, { postsAgain }: { postsAgain: boolean }): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_postback SET walk_state = 'ASKED', walk_waits_for = NULL,
         walk_posts_again = $2 OR (walk_posts_again AND walk_state <> 'DONE'), walk_after_profile = NULL, updated_at = now()
       WHERE connection_id = $1`,
      [connectionId, postsAgain],
    );
  }

  /** Nothing is kept any longer of what was told under former names. */
  async noteNewNames(tx: Tx, connectionId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_postback p SET names_since = c.names_since FROM connection c
       WHERE p.connection_id = $1 AND c.id = p.connection_id`,
      [connectionId],
    );
  }

  /** Projects in which something is on or was, so that changes are still noted. */
  async projects(tx: Tx): Promise<string[]> {
    const rows = await query<{ project_id: string }>(
      tx,
      `SELECT project_id FROM subscription_postback WHERE is_on UNION SELECT project_id FROM contact_watch`,
    );
    return rows.map((row) => row.project_id);
  }

  /** What is on in an allowed project. */
  on(tx: Tx, projectId: string): Promise<SubscriptionSetting[]> {
    return query<SubscriptionSetting>(
      tx,
      `SELECT ${columns} FROM subscription_postback s WHERE project_id = $1 AND is_on AND confirmed_at IS NOT NULL
         AND EXISTS (SELECT 1 FROM subscription_postback_allowance a WHERE a.project_id = s.project_id) ORDER BY connection_id`,
      [projectId],
    );
  }

  /**
   * Begins a walk that was asked for; false while a transaction that wrote people before it was asked for is still open,
   * or when it has begun. Only once the request has committed can it be known which transactions these are.
   */
  async beginWalk(tx: Tx, connectionId: string): Promise<boolean> {
    await execute(
      tx,
      `UPDATE subscription_postback SET walk_waits_for = ARRAY(${writersOfPeople})
       WHERE connection_id = $1 AND walk_state = 'ASKED' AND walk_waits_for IS NULL`,
      [connectionId],
    );
    const rows = await query(
      tx,
      `UPDATE subscription_postback SET walk_state = 'WALKING', walk_task_id = NULL, without_customer = 0, updated_at = now()
       WHERE connection_id = $1 AND walk_state = 'ASKED' AND NOT walk_waits_for && ARRAY(${writersOfPeople})
       RETURNING 1`,
      [connectionId],
    );
    return rows.length > 0;
  }

  async showWalkAs(tx: Tx, connectionId: string, taskId: string): Promise<void> {
    await execute(tx, 'UPDATE subscription_postback SET walk_task_id = $2 WHERE connection_id = $1', [
      connectionId,
      taskId,
    ]);
  }

  /** The last profile that the walk under way has dealt with, held until `tx` ends; undefined: none is under way. */
  async walkPosition(tx: Tx, connectionId: string): Promise<string | null | undefined> {
    const [row] = await query<{ after: string | null }>(
      tx,
      `SELECT walk_after_profile AS after FROM subscription_postback
       WHERE connection_id = $1 AND walk_state = 'WALKING' FOR UPDATE`,
      [connectionId],
    );
    return row?.after;
  }

  /** Ends walks under way of a connection, or of all of the project; @returns their tasks. */
  async stopWalks(
    tx: Tx,
    { projectId, connectionId }: { projectId: string; connectionId: string | null },
  ): Promise<string[]> {
    const rows = await query<{ id: string | null }>(
      tx,
      `UPDATE subscription_postback SET walk_state = 'NONE', updated_at = now()
       WHERE project_id = $1 AND ($2::uuid IS NULL OR connection_id = $2) AND walk_state = 'WALKING'
       RETURNING walk_task_id AS id`,
      [projectId, connectionId],
    );
    return rows.flatMap(({ id }) => id ?? []);
  }

  async walkOn(tx: Tx, connectionId: string, step: { afterProfile: string; withoutCustomer: number }): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_postback SET walk_after_profile = $2, without_customer = without_customer + $3, updated_at = now()
       WHERE connection_id = $1`,
      [connectionId, step.afterProfile, step.withoutCustomer],
    );
  }

  async endWalk(tx: Tx, connectionId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_postback SET walk_state = 'DONE', updated_at = now() WHERE connection_id = $1`,
      [connectionId],
    );
  }
}
