import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Campaigns that Optimove says it executed on a channel on a day. */
export interface Sighting {
  projectId: string;
  connectionId: string;
  channelId: string;
  /** `YYYY-MM-DD`. */
  runDate: string;
  optimoveCampaignIds: string[];
}

/** What the sweep saw at Optimove, and since when. */
@Injectable()
export class SightingRepository {
  /** Notes what was seen and returns what has been seen for `waitSeconds` and was never announced. */
  async unannounced(tx: Tx, sighting: Sighting, waitSeconds: number): Promise<string[]> {
    const { projectId, connectionId, channelId, runDate, optimoveCampaignIds } = sighting;
    await query(
      tx,
      `INSERT INTO sighted_campaign (channel_id, optimove_campaign_id, run_date, project_id, connection_id)
       SELECT $1, c.id, $2, $3, $4 FROM unnest($5::text[]) AS c(id)
       ON CONFLICT ON CONSTRAINT pk_sighted_campaign DO NOTHING`,
      [channelId, runDate, projectId, connectionId, optimoveCampaignIds],
    );
    const rows = await query<{ id: string }>(
      tx,
      `SELECT s.optimove_campaign_id AS id FROM sighted_campaign s
       WHERE s.channel_id = $1 AND s.run_date = $2 AND s.optimove_campaign_id = ANY($3::text[])
         AND s.first_seen_at <= now() - $4 * interval '1 second'
         AND NOT EXISTS (SELECT 1 FROM execution e WHERE e.project_id = s.project_id AND e.connection_id = s.connection_id
           AND e.optimove_campaign_id = s.optimove_campaign_id AND e.channel_id = s.channel_id AND e.run_date = s.run_date)`,
      [channelId, runDate, optimoveCampaignIds, waitSeconds],
    );
    return rows.map(({ id }) => id);
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
