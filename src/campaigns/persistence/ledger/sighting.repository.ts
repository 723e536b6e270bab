import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Campaigns that Optimove says it executed on a channel on a day. */
export interface Sighting {
  projectId: string;
  connectionId: string;
  channelId: string;
  optimoveChannelId: number;
  /** The connection, and the deleted ones that it stands for. */
  connectionIds: string[];
  /** `YYYY-MM-DD`. */
  runDate: string;
  optimoveCampaignIds: string[];
}

/** A campaign that no callback told us enough about. */
export interface OverdueSighting {
  optimoveCampaignId: string;
  /** Whether it has an execution, whose list has to be read once more. */
  isKnown: boolean;
}

/** What the sweep saw at Optimove, and since when. */
@Injectable()
export class SightingRepository {
  /**
   * Notes what was seen, and returns what has been seen for `waitSeconds` and was never announced, or was read only
   * before it was seen: once each. A list that was frozen over another channel of ours with the same number is not
   * missed, also where that was cancelled before anybody was sent to.
   */
  async overdue(tx: Tx, sighting: Sighting, waitSeconds: number): Promise<OverdueSighting[]> {
    const { projectId, connectionId, channelId, runDate, optimoveCampaignIds, connectionIds } = sighting;
    await query(
      tx,
      `INSERT INTO sighted_campaign (channel_id, optimove_campaign_id, run_date, project_id, connection_id)
       SELECT $1, c.id, $2, $3, $4 FROM unnest($5::text[]) AS c(id)
       ON CONFLICT ON CONSTRAINT pk_sighted_campaign DO NOTHING`,
      [channelId, runDate, projectId, connectionId, optimoveCampaignIds],
    );
    return query(
      tx,
      `SELECT s.optimove_campaign_id AS "optimoveCampaignId", e.id IS NOT NULL AS "isKnown" FROM sighted_campaign s
       LEFT JOIN LATERAL (
         SELECT id, state, read_started_at, engagement_id FROM execution e WHERE e.project_id = s.project_id
           AND e.connection_id = s.connection_id AND e.optimove_campaign_id = s.optimove_campaign_id
           AND e.channel_id = s.channel_id AND e.run_date = s.run_date AND e.kind = 'SCHEDULED'
         ORDER BY engagement_id NULLS LAST, launch DESC LIMIT 1) e ON true
       WHERE s.channel_id = $1 AND s.run_date = $2 AND s.optimove_campaign_id = ANY($3::text[])
         AND s.first_seen_at <= now() - $4 * interval '1 second'
         AND (e.id IS NULL OR (e.engagement_id IS NULL AND e.state <> 'CANCELLED' AND (e.read_started_at IS NULL OR e.read_started_at < s.first_seen_at)
           AND NOT EXISTS (SELECT 1 FROM execution_announcement a WHERE a.execution_id = e.id AND a.source = 'SWEEP')))
         AND (e.id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM execution o WHERE o.project_id = s.project_id
           AND o.connection_id = ANY($5::uuid[]) AND o.optimove_channel_id = $6 AND o.run_date = s.run_date
           AND o.optimove_campaign_id = s.optimove_campaign_id AND o.kind = 'SCHEDULED' AND o.frozen_at IS NOT NULL))`,
      [channelId, runDate, optimoveCampaignIds, waitSeconds, connectionIds, sighting.optimoveChannelId],
    );
  }

  /** Connections that are in use and have channels: those of executions or of published templates. */
  async connections(tx: Tx): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT DISTINCT connection_id AS id FROM template_publication WHERE state IN ('PUBLISHED', 'WITHDRAWING')`,
    );
    return rows.map(({ id }) => id);
  }
}
