import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { SubscriptionTarget } from '../domain/subscription-status';
import type { WantedTarget } from '../domain/subscription-targets';

/** A target and how its posts stand. */
export interface TargetState extends SubscriptionTarget {
  isActive: boolean;
  owed: number;
  acknowledged: number;
  refused: number;
  lastAcknowledgedAt: Date | null;
  /** Optimove refuses this channel as a whole: nothing is posted to it until then. */
  heldUntil: Date | null;
  lastError: string | null;
}

const heldMinutes = 15;

/** Optimove channels, and apps of them, that subscription status is posted to. */
@Injectable()
export class SubscriptionTargetRepository {
  /** Makes these the targets of a connection; what was told to others is kept. @returns which of them are new or back. */
  async set(
    tx: Tx,
    owner: { projectId: string; connectionId: string },
    targets: WantedTarget[],
  ): Promise<{ appId: string | null; isBack: boolean }[]> {
    const values = [
      targets.map(({ medium }) => medium),
      targets.map(({ optimoveChannelId }) => optimoveChannelId),
      targets.map(({ appId }) => appId),
    ];
    await execute(
      tx,
      `UPDATE subscription_target t SET is_active = false WHERE connection_id = $1 AND is_active AND NOT EXISTS (
         SELECT FROM unnest($2::text[], $3::int[], $4::uuid[]) AS v(medium, channel, app)
         WHERE (v.medium, v.channel) = (t.medium, t.optimove_channel_id) AND v.app IS NOT DISTINCT FROM t.app_id)`,
      [owner.connectionId, ...values],
    );
    return query<{ appId: string | null; isBack: boolean }>(
      tx,
      `INSERT INTO subscription_target AS t (id, project_id, connection_id, medium, optimove_channel_id, app_id)
       SELECT v.id, $1, $2, v.medium, v.channel, v.app
       FROM unnest($3::uuid[], $4::text[], $5::int[], $6::uuid[], $7::bool[]) AS v(id, medium, channel, app, is_ready)
       WHERE v.is_ready
       ON CONFLICT ON CONSTRAINT uq_subscription_target
         DO UPDATE SET is_active = true, held_until = NULL, last_error = NULL WHERE NOT t.is_active
       RETURNING t.app_id AS "appId", t.id <> ALL($3) AS "isBack"`,
      [
        owner.projectId,
        owner.connectionId,
        targets.map(() => newId()),
        ...values,
        targets.map(({ isReady }) => isReady),
      ],
    );
  }

  active(tx: Tx, connectionId: string): Promise<SubscriptionTarget[]> {
    return query<SubscriptionTarget>(
      tx,
      `SELECT id, medium, optimove_channel_id AS "optimoveChannelId", app_id AS "appId" FROM subscription_target
       WHERE connection_id = $1 AND is_active ORDER BY id`,
      [connectionId],
    );
  }

  /** Every target of a connection with its counts. */
  states(tx: Tx, projectId: string, connectionId: string): Promise<TargetState[]> {
    return query<TargetState>(
      tx,
      `SELECT t.id, t.medium, t.optimove_channel_id AS "optimoveChannelId", t.app_id AS "appId", t.is_active AS "isActive",
         t.held_until AS "heldUntil", t.last_error AS "lastError", c.*
       FROM subscription_target t CROSS JOIN LATERAL (
         SELECT count(*) FILTER (WHERE state = 'OWED')::int AS owed,
           count(*) FILTER (WHERE state = 'ACKNOWLEDGED')::int AS acknowledged,
           count(*) FILTER (WHERE state = 'REFUSED')::int AS refused, max(acknowledged_at) AS "lastAcknowledgedAt"
         FROM subscription_status s WHERE s.target_id = t.id) c
       WHERE t.project_id = $1 AND t.connection_id = $2 ORDER BY t.id`,
      [projectId, connectionId],
    );
  }

  /** Keeps a target from being posted to for a while, saying why. */
  async hold(tx: Tx, targetId: string, error: string): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_target SET held_until = now() + $3 * interval '1 minute', last_error = $2 WHERE id = $1`,
      [targetId, error, heldMinutes],
    );
  }

  /** How long a list goes to a target at once from now on. */
  async setLongestList(tx: Tx, targetId: string, customers: number): Promise<void> {
    await execute(tx, 'UPDATE subscription_target SET longest_list = $2 WHERE id = $1 AND longest_list <> $2', [
      targetId,
      customers,
    ]);
  }

  /** Forgets holds and errors, because a person asked for everything again or a post succeeded. */
  async release(tx: Tx, connectionId: string, targetId: string | null = null): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_target SET held_until = NULL, last_error = NULL
       WHERE connection_id = $1 AND ($2::uuid IS NULL OR id = $2) AND (held_until IS NOT NULL OR last_error IS NOT NULL)`,
      [connectionId, targetId],
    );
  }
}
