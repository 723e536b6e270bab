import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { SubscriptionStatus } from '../domain/subscription-status';

/** What became of a post. */
export type PostOutcome = 'POSTING' | 'ACKNOWLEDGED' | 'REFUSED' | 'UNANSWERED';

/** One call to Optimove. */
export interface SubscriptionPost {
  id: string;
  medium: string;
  optimoveChannelId: number;
  appId: string | null;
  status: SubscriptionStatus;
  /** The number that was posted for the status. */
  mode: number;
  customers: number;
  outcome: PostOutcome;
  error: string | null;
  startedAt: Date;
  endedAt: Date | null;
}

/** Every post of subscription status. */
@Injectable()
export class SubscriptionPostRepository {
  async start(
    tx: Tx,
    owner: { projectId: string; connectionId: string; targetId: string },
    post: Pick<SubscriptionPost, 'id' | 'status' | 'mode' | 'customers'>,
  ): Promise<void> {
    await execute(
      tx,
      `INSERT INTO subscription_post (id, project_id, connection_id, target_id, status, mode, customers)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [post.id, owner.projectId, owner.connectionId, owner.targetId, post.status, post.mode, post.customers],
    );
  }

  /** Whether nobody has ended the post: another worker does when it takes this one for dead. */
  async isUnderWay(tx: Tx, id: string): Promise<boolean> {
    const rows = await query(tx, `SELECT 1 FROM subscription_post WHERE id = $1 AND outcome = 'POSTING'`, [id]);
    return rows.length > 0;
  }

  /** Ends a post that is under way. */
  async end(
    tx: Tx,
    id: string,
    { outcome, error }: { outcome: Exclude<PostOutcome, 'POSTING'>; error: string | null },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE subscription_post SET outcome = $2, error = $3, ended_at = now() WHERE id = $1 AND outcome = 'POSTING'`,
      [id, outcome, error],
    );
  }

  /** Posts of a process that died before it knew the answer. */
  async interrupted(tx: Tx, connectionId: string): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM subscription_post WHERE connection_id = $1 AND outcome = 'POSTING'`,
      [connectionId],
    );
    return rows.map(({ id }) => id);
  }

  /** Drops the oldest posts where they are older than so many days, a few at a time. */
  async forget(tx: Tx, owner: { projectId: string; connectionId: string }, days: number): Promise<void> {
    await execute(
      tx,
      `DELETE FROM subscription_post WHERE started_at < now() - $3 * interval '1 day' AND id IN (
         SELECT id FROM subscription_post WHERE project_id = $1 AND connection_id = $2 ORDER BY id LIMIT 100)`,
      [owner.projectId, owner.connectionId, days],
    );
  }

  /** Posts of a connection, newest first. */
  list(
    tx: Tx,
    page: { projectId: string; connectionId: string; beforeId: string | null; limit: number },
  ): Promise<SubscriptionPost[]> {
    return query<SubscriptionPost>(
      tx,
      `SELECT p.id, t.medium, t.optimove_channel_id AS "optimoveChannelId", t.app_id AS "appId", p.status, p.mode, p.customers,
         p.outcome, p.error, p.started_at AS "startedAt", p.ended_at AS "endedAt"
       FROM subscription_post p JOIN subscription_target t ON t.id = p.target_id
       WHERE p.project_id = $1 AND p.connection_id = $2 AND ($3::uuid IS NULL OR p.id < $3) ORDER BY p.id DESC LIMIT $4`,
      [page.projectId, page.connectionId, page.beforeId, page.limit],
    );
  }
}
