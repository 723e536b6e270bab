import { query, type Tx } from '@libs/platform';
import type { WorkFilter, WorkStatus } from '@modules/projects';
import { Injectable } from '@nestjs/common';

/** The metrics of one campaign on one channel, as a piece of work. */
export interface PostbackWorkRow {
  /** Id of the first metric of them. */
  id: string;
  connectionId: string;
  campaignId: string;
  channelId: number;
  total: number;
  owed: number;
  acknowledged: number;
  lastError: string | null;
  status: WorkStatus;
  beganAt: Date;
  lastAt: Date;
}

/** The instant that is in the id. */
const beganAt = `to_timestamp(('x' || translate(left(f.id::text, 13), '-', ''))::bit(48)::bigint / 1000.0)`;

const status = `CASE WHEN s.owed > 0 THEN 'RUNNING' WHEN s.total > s.acknowledged THEN 'PARTLY_FAILED' ELSE 'SUCCEEDED' END`;

/** Postbacks among the long work of a project. */
@Injectable()
export class PostbackWorkRepository {
  /** Newest campaign first. */
  list(tx: Tx, filter: WorkFilter): Promise<PostbackWorkRow[]> {
    const { projectId, id, connectionId, isOpen, statuses, from, to, beforeId, limit } = filter;
    return query(
      tx,
      `SELECT f.id, f.connection_id AS "connectionId", f.optimove_campaign_id AS "campaignId",
         f.optimove_channel_id AS "channelId", s.total, s.owed, s.acknowledged, s.last_error AS "lastError",
         ${beganAt} AS "beganAt", s.last_at AS "lastAt", ${status} AS status
       FROM metric_total f
       CROSS JOIN LATERAL (
         SELECT count(*)::int AS total, count(*) FILTER (WHERE m.state = 'OWED')::int AS owed,
           count(*) FILTER (WHERE m.state = 'ACKNOWLEDGED')::int AS acknowledged, max(m.updated_at) AS last_at,
           (array_agg(m.last_error ORDER BY m.updated_at DESC)
             FILTER (WHERE m.last_error IS NOT NULL AND m.state <> 'ACKNOWLEDGED'))[1] AS last_error
         FROM metric_total m WHERE m.project_id = f.project_id AND m.connection_id = f.connection_id
           AND m.optimove_campaign_id = f.optimove_campaign_id AND m.optimove_channel_id = f.optimove_channel_id
       ) AS s
       WHERE f.project_id = $1 AND ($2::uuid IS NULL OR f.id = $2) AND ($3::uuid IS NULL OR f.connection_id = $3)
         AND ($4::uuid IS NULL OR f.id < $4) AND ($5::boolean IS NULL OR (s.owed > 0) = $5)
         AND ($5 IS DISTINCT FROM true OR (f.connection_id, f.optimove_campaign_id, f.optimove_channel_id) IN (
           SELECT o.connection_id, o.optimove_campaign_id, o.optimove_channel_id FROM metric_total o
           WHERE o.state = 'OWED' AND o.project_id = $1))
         AND NOT EXISTS (SELECT 1 FROM metric_total e WHERE e.project_id = f.project_id
           AND e.connection_id = f.connection_id AND e.optimove_campaign_id = f.optimove_campaign_id
           AND e.optimove_channel_id = f.optimove_channel_id AND e.id < f.id)
         AND ($7::text[] IS NULL OR ${status} = ANY($7))
         AND ($8::timestamptz IS NULL OR ${beganAt} >= $8) AND ($9::timestamptz IS NULL OR ${beganAt} < $9)
       ORDER BY f.id DESC LIMIT $6`,
      [projectId, id, connectionId, beforeId, isOpen, limit, statuses, from, to],
    );
  }
}
