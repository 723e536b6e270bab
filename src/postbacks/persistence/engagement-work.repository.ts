import { query, type Tx } from '@libs/platform';
import type { WorkFilter, WorkStatus } from '@modules/projects';
import { Injectable } from '@nestjs/common';

/** What customers did with the messages of one campaign on one channel, as a piece of work; counted in customers. */
export interface EngagementWorkRow {
  /** Id of the first batch of them. */
  id: string;
  connectionId: string;
  campaignId: string;
  channelId: number;
  batches: number;
  total: number;
  owed: number;
  acknowledged: number;
  lastError: string | null;
  status: WorkStatus;
  beganAt: Date;
  settledAt: Date | null;
}

const status = `CASE WHEN s.owed > 0 THEN 'RUNNING' WHEN s.total = s.acknowledged THEN 'SUCCEEDED'
  WHEN s.acknowledged > 0 THEN 'PARTLY_FAILED' ELSE 'FAILED' END`;

/** Engagement batches among the long work of a project. */
@Injectable()
export class EngagementWorkRepository {
  /** Newest campaign first. */
  list(tx: Tx, filter: WorkFilter): Promise<EngagementWorkRow[]> {
    const { projectId, id, connectionId, isOpen, statuses, from, to, beforeId, limit } = filter;
    const customers = (condition: string): string => `coalesce(sum(b.customers) FILTER (WHERE ${condition}), 0)::int`;
    const same = (one: string, other: string): string =>
      `${one}.connection_id = ${other}.connection_id AND ${one}.optimove_campaign_id = ${other}.optimove_campaign_id
       AND ${one}.optimove_channel_id = ${other}.optimove_channel_id`;
    return query(
      tx,
      `SELECT f.id, f.connection_id AS "connectionId", f.optimove_campaign_id AS "campaignId",
         f.optimove_channel_id AS "channelId", f.created_at AS "beganAt", s.*, ${status} AS status
       FROM engagement_batch f
       CROSS JOIN LATERAL (
         SELECT count(*)::int AS batches, coalesce(sum(b.customers), 0)::int AS total,
           ${customers(`b.state IN ('OWED', 'POSTING')`)} AS owed, ${customers(`b.state = 'ACKNOWLEDGED'`)} AS acknowledged,
           max(b.settled_at) AS "settledAt", (array_agg(b.last_error ORDER BY b.id DESC)
             FILTER (WHERE b.last_error IS NOT NULL AND b.state <> 'ACKNOWLEDGED'))[1] AS "lastError"
         FROM engagement_batch b WHERE ${same('b', 'f')}
       ) AS s
       WHERE f.project_id = $1 AND ($2::uuid IS NULL OR f.id = $2) AND ($3::uuid IS NULL OR f.connection_id = $3)
         AND ($4::uuid IS NULL OR f.id < $4) AND ($5::boolean IS NULL OR (s.owed > 0) = $5)
         AND ($5 IS DISTINCT FROM true OR (f.connection_id, f.optimove_campaign_id, f.optimove_channel_id) IN (
           SELECT o.connection_id, o.optimove_campaign_id, o.optimove_channel_id FROM engagement_batch o
           WHERE o.state IN ('OWED', 'POSTING') AND o.project_id = $1))
         AND NOT EXISTS (SELECT 1 FROM engagement_batch e WHERE ${same('e', 'f')} AND e.id < f.id)
         AND ($7::text[] IS NULL OR ${status} = ANY($7))
         AND ($8::timestamptz IS NULL OR f.created_at >= $8) AND ($9::timestamptz IS NULL OR f.created_at < $9)
       ORDER BY f.id DESC LIMIT $6`,
      [projectId, id, connectionId, beforeId, isOpen, limit, statuses, from, to],
    );
  }
}
