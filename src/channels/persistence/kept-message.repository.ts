import type { KeptMessage, Medium } from '@libs/delivery';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { InboxView, KeptDeed, Moment } from '../domain/kept-message';

/** Whose messages are read. */
export interface KeptOwner {
  projectId: string;
  profileId: string;
}

/** A message that could be shown, with what the decision needs. */
export interface Candidate {
  id: string;
  content: Record<string, unknown>;
  triggerKind: 'SESSION_START' | 'SDK_EVENT' | 'SERVER_EVENT';
  triggerEvent: string | null;
  expiresAt: Date;
  displaysLeft: number;
  /** An event of the server counts when it came later. */
  since: Date;
}

/** A delivery id begins with its batch. */
const batchOf = `split_part(kept_message.delivery_id, '.', 1)`;
const isThere = `deleted_at IS NULL AND expires_at > now() AND NOT EXISTS (
  SELECT FROM kept_message_stop s WHERE s.project_id = kept_message.project_id AND s.batch_id = ${batchOf})`;
/** What a person has waiting is looked through to here; nobody is shown that much at once. */
const mostCandidates = 100;

const changes: Record<KeptDeed, string> = {
  delivered: 'fetched_at = coalesce(fetched_at, now())',
  displayed: `display_count = display_count + 1, last_displayed_at = now(), opened_at = coalesce(opened_at, now())`,
  opened: 'opened_at = coalesce(opened_at, now())',
  clicked: 'clicked_at = coalesce(clicked_at, now()), opened_at = coalesce(opened_at, now())',
  dismissed: 'last_displayed_at = now()',
  deleted: 'deleted_at = coalesce(deleted_at, now())',
};

/** Messages of inboxes, apps and sites. */
@Injectable()
export class KeptMessageRepository {
  /** Stores what is new; a delivery id that is there already changes nothing. */
  async add(
    tx: Tx,
    { projectId, accountId, medium }: { projectId: string; accountId: string; medium: Medium },
    messages: KeptMessage[],
  ): Promise<void> {
    await execute(
      tx,
      `INSERT INTO kept_message (project_id, account_id, medium, delivery_id, profile_id, content, expires_at, trigger_kind,
         trigger_event, display_limit, pause_seconds)
       SELECT $1, $2, $3, n.id, n.profile_id, n.content::jsonb, n.expires_at, n.kind, n.event, n.displays, n.pause
       FROM unnest($4::text[], $5::uuid[], $6::text[], $7::timestamptz[], $8::text[], $9::text[], $10::int[], $11::int[])
         AS n(id, profile_id, content, expires_at, kind, event, displays, pause)
       ORDER BY n.id ON CONFLICT ON CONSTRAINT pk_kept_message DO NOTHING`,
      [
        projectId,
        accountId,
        medium,
        messages.map(({ deliveryId }) => deliveryId),
        messages.map(({ profileId }) => profileId),
        messages.map(({ content }) => JSON.stringify(content).replaceAll('\\u0000', '')),
        messages.map(({ expiresAt }) => expiresAt),
        messages.map(({ trigger }) => trigger?.kind ?? null),
        messages.map(({ trigger }) => trigger?.event ?? null),
        messages.map(({ displayLimit }) => displayLimit),
        messages.map(({ pauseSeconds }) => pauseSeconds),
      ],
    );
  }

  /** Newest first, from below `before` on. */
  inbox(
    tx: Tx,
    { projectId, profileId }: KeptOwner,
    { before, limit }: { before: string | null; limit: number },
  ): Promise<(InboxView & { position: string })[]> {
    return query(
      tx,
      `SELECT delivery_id AS id, position, content, created_at AS "createdAt", expires_at AS "expiresAt",
         opened_at IS NOT NULL AS "isOpened", clicked_at IS NOT NULL AS "isClicked"
       FROM kept_message WHERE project_id = $1 AND profile_id = $2 AND medium = 'INBOX' AND ${isThere}
         AND ($3::bigint IS NULL OR position < $3) ORDER BY position DESC LIMIT $4`,
      [projectId, profileId, before, limit],
    );
  }

  /** Notes that the person has these now. @returns those that they did not have before. */
  async markFetched(tx: Tx, { projectId, profileId }: KeptOwner, ids: string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const rows = await query<{ id: string }>(
      tx,
      `UPDATE kept_message SET fetched_at = now()
       WHERE project_id = $1 AND profile_id = $2 AND delivery_id = ANY($3::text[]) AND fetched_at IS NULL
       RETURNING delivery_id AS id`,
      [projectId, profileId, ids],
    );
    return rows.map(({ id }) => id);
  }

  /** How many of each batch nobody has fetched, of one account or all; batches without any are absent. */
  async waiting(
    tx: Tx,
    projectId: string,
    { batchIds, accountId }: { batchIds: string[]; accountId: string | null },
  ): Promise<Map<string, number>> {
    const rows = await query<{ batchId: string; count: number }>(
      tx,
      `SELECT ${batchOf} AS "batchId", count(*)::int AS count FROM kept_message
       WHERE project_id = $1 AND ${batchOf} = ANY($2::text[]) AND fetched_at IS NULL AND ${isThere}
         AND ($3::uuid IS NULL OR account_id = $3)
       GROUP BY 1`,
      [projectId, batchIds, accountId],
    );
    return new Map(rows.map(({ batchId, count }) => [batchId, count]));
  }

  /** Ids of the unopened messages of an inbox, the newest 1,000. */
  async unread(tx: Tx, { projectId, profileId }: KeptOwner): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT delivery_id AS id FROM kept_message
       WHERE project_id = $1 AND profile_id = $2 AND medium = 'INBOX' AND ${isThere} AND opened_at IS NULL
       ORDER BY position DESC LIMIT 1000`,
      [projectId, profileId],
    );
    return rows.map(({ id }) => id);
  }

  /** What this moment or an event of the server may bring up, oldest first, within limits and pauses. */
  candidates(tx: Tx, { projectId, profileId }: KeptOwner, moment: Moment): Promise<Candidate[]> {
    return query<Candidate>(
      tx,
      `SELECT delivery_id AS id, content, trigger_kind AS "triggerKind", trigger_event AS "triggerEvent",
         expires_at AS "expiresAt", display_limit - display_count AS "displaysLeft",
         greatest(created_at, last_displayed_at) AS since
       FROM kept_message WHERE project_id = $1 AND profile_id = $2 AND medium = 'IN_APP' AND ${isThere}
         AND clicked_at IS NULL AND display_count < display_limit
         AND (last_displayed_at IS NULL OR last_displayed_at <= now() - pause_seconds * interval '1 second')
         AND (trigger_kind = 'SERVER_EVENT'
           OR (trigger_kind = $3 AND ($3 = 'SESSION_START' OR trigger_event = $4)))
       ORDER BY position LIMIT $5`,
      [projectId, profileId, moment?.kind ?? null, moment && 'event' in moment ? moment.event : null, mostCandidates],
    );
  }

  /** Writes down what an installation of this person reports. @returns false when the person has no such message. */
  async mark(tx: Tx, { projectId, profileId }: KeptOwner, given: { id: string; deed: KeptDeed }): Promise<boolean> {
    const rows = await query(
      tx,
      `UPDATE kept_message SET ${changes[given.deed]}
       WHERE project_id = $1 AND profile_id = $2 AND delivery_id = $3 RETURNING delivery_id`,
      [projectId, profileId, given.id],
    );
    return rows.length > 0;
  }

  /** Hides a batch, whatever is stored of it now or later. @returns false when it was hidden before. */
  async stop(tx: Tx, { projectId, batchId, by }: { projectId: string; batchId: string; by: string }): Promise<boolean> {
    const added = await query(
      tx,
      `INSERT INTO kept_message_stop (project_id, batch_id, stopped_by) VALUES ($1, $2, $3)
       ON CONFLICT ON CONSTRAINT pk_kept_message_stop DO NOTHING RETURNING batch_id`,
      [projectId, batchId, by],
    );
    return added.length === 1;
  }

  /** Since when these batches are hidden; those that are shown are absent. */
  async stoppedAt(tx: Tx, projectId: string, batchIds: string[]): Promise<Map<string, Date>> {
    const rows = await query<{ batchId: string; stoppedAt: Date }>(
      tx,
      `SELECT batch_id AS "batchId", stopped_at AS "stoppedAt" FROM kept_message_stop
       WHERE project_id = $1 AND batch_id = ANY($2)`,
      [projectId, batchIds],
    );
    return new Map(rows.map(({ batchId, stoppedAt }) => [batchId, stoppedAt]));
  }

  /** Removes messages that expired `days` ago, at most `limit`. @returns how many. */
  async removeExpired(tx: Tx, { days, limit }: { days: number; limit: number }): Promise<number> {
    const rows = await query(
      tx,
      `DELETE FROM kept_message WHERE delivery_id IN (
         SELECT delivery_id FROM kept_message WHERE expires_at < now() - $1 * interval '1 day'
         ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING delivery_id`,
      [days, limit],
    );
    return rows.length;
  }
}
