import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type Said, wholeSeconds } from '../../domain/execution/said';

/** What makes an execution itself. */
export interface Announcement {
  projectId: string;
  connectionId: string;
  channelId: string;
  optimoveChannelId: number;
  optimoveCampaignId: string;
  runDate: string;
}

/** Who said so: a callback of event 13, 1 or 14, or the sweep. The same source and stamp again is a repeat. */
export interface Heard extends Said {
  source: '13' | '1' | '14' | 'SWEEP';
}

/**
 * NEW: an execution was made. REVIVED: one that had failed before anything was frozen starts anew. AGAIN: its list is
 * read once more. REPEATED: nothing new. CANCELLED: the campaign was cancelled after this was said.
 */
export type AnnouncementOutcome = 'NEW' | 'REVIVED' | 'AGAIN' | 'REPEATED' | 'CANCELLED';

/** How the execution of an engagement in files stands, or that the API's list was announced first. */
export type EngagementOutcome = 'NEW' | 'REOPENED' | 'KNOWN' | 'LISTED_BY_API';

/** The execution that an announcement leads to. */
export interface Announced {
  id: string;
  outcome: AnnouncementOutcome;
}

/** One launch of a campaign on a day. */
export interface Launch {
  id: string;
  launch: number;
  state: string;
  cancel_said_at: Date | null;
  cancel_requested_at: Date | null;
  read_started_at: Date | null;
}

/** Which announcement leads to which execution. */
@Injectable()
export class AnnouncementRepository {
  /** Lets callbacks about one campaign wait for each other until `tx` ends, so that a 4 and a 13 see each other. */
  async serialise(tx: Tx, { connectionId, optimoveCampaignId }: Campaign): Promise<void> {
    await query(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `announce ${connectionId} ${optimoveCampaignId}`,
    ]);
  }

  /** To be called after {@link serialise}. Rows of executions under way are not locked: a freeze may hold them long. */
  async announce(
    tx: Tx,
    announcement: Announcement,
    { heard, isCancelled }: { heard: Heard; isCancelled: boolean },
  ): Promise<Announced> {
    const byFiles = await this.otherSource(tx, announcement, 'engagement_id IS NOT NULL');
    if (byFiles) return { id: byFiles, outcome: 'REPEATED' };
    const latest = await this.latest(tx, announcement);
    if (!latest) return this.create(tx, announcement, { heard, launch: 1 });
    if (isCancelled) return { id: latest.id, outcome: 'CANCELLED' };
    const cancelledAt = cancellationOf(latest);
    if (cancelledAt !== null) {
      if (heard.source === 'SWEEP' || heard.saidAt <= cancelledAt) return { id: latest.id, outcome: 'CANCELLED' };
      return this.create(tx, announcement, { heard, launch: latest.launch + 1 });
    }
    const isNews = await this.note(tx, latest.id, heard);
    if (latest.state === 'FAILED' && (isNews || heard.source !== 'SWEEP') && (await this.revive(tx, latest.id))) {
      return { id: latest.id, outcome: 'REVIVED' };
    }
    return { id: latest.id, outcome: isNews ? 'AGAIN' : 'REPEATED' };
  }

  /** Lets an execution that failed before anything was frozen start anew; false when it is not in that state. */
  async revive(tx: Tx, executionId: string): Promise<boolean> {
    const sql = `UPDATE execution SET state = 'ANNOUNCED', reason = NULL, read_through = reading, read_at = NULL,
        held_until = NULL, holder = NULL, read_not_before = NULL, last_announced_at = now()
      WHERE id = $1 AND state = 'FAILED' AND frozen_at IS NULL AND values_gone_at IS NULL`;
    return (await execute(tx, sql, [executionId])) === 1;
  }

  /**
   * The execution of an engagement, after {@link serialise}. A repeated announcement of one that failed before anything
   * was sent opens it again.
   * @returns how the execution stands, or that the API's list of the same campaign was announced first.
   */
  async announceEngagement(
    tx: Tx,
    announcement: Announcement & { engagementId: string },
    heard: Heard,
  ): Promise<{ id: string; outcome: EngagementOutcome }> {
    const listed = await this.otherSource(tx, announcement, `engagement_id IS NULL AND state <> 'FAILED'`);
    if (listed) return { id: listed, outcome: 'LISTED_BY_API' };
    const { connectionId, engagementId } = announcement;
    const [existing] = await query<{ id: string }>(
      tx,
      'SELECT id FROM execution WHERE connection_id = $1 AND engagement_id = $2',
      [connectionId, engagementId],
    );
    if (!existing) {
      const { id } = await this.create(tx, announcement, { heard, launch: 1, engagementId });
      return { id, outcome: 'NEW' };
    }
    return { id: existing.id, outcome: (await this.revive(tx, existing.id)) ? 'REOPENED' : 'KNOWN' };
  }

  /** An execution of the same campaign, channel and day that has the other kind of source; both would send it twice. */
  private async otherSource(tx: Tx, announcement: Announcement, condition: string): Promise<string | null> {
    const { projectId, connectionId, channelId, optimoveCampaignId, runDate } = announcement;
    const [other] = await query<{ id: string }>(
      tx,
      `SELECT id FROM execution WHERE project_id = $1 AND connection_id = $2 AND optimove_campaign_id = $3
         AND channel_id = $4 AND run_date = $5 AND kind = 'SCHEDULED' AND ${condition} LIMIT 1`,
      [projectId, connectionId, optimoveCampaignId, channelId, runDate],
    );
    return other?.id ?? null;
  }

  /** The newest launch of the day, or null. */
  async latest(tx: Tx, announcement: Announcement): Promise<Launch | null> {
    const { projectId, connectionId, optimoveCampaignId, channelId, runDate } = announcement;
    const [row] = await query<Launch>(
      tx,
      `SELECT id, launch, state, cancel_said_at, cancel_requested_at, read_started_at FROM execution
       WHERE project_id = $1 AND connection_id = $2 AND optimove_campaign_id = $3 AND channel_id = $4 AND run_date = $5
         AND kind = 'SCHEDULED' AND engagement_id IS NULL ORDER BY launch DESC LIMIT 1`,
      [projectId, connectionId, optimoveCampaignId, channelId, runDate],
    );
    return row ?? null;
  }

  private async create(
    tx: Tx,
    announcement: Announcement,
    { heard, launch, engagementId = null }: { heard: Heard; launch: number; engagementId?: string | null },
  ): Promise<Announced> {
    const { projectId, connectionId, channelId, optimoveChannelId, optimoveCampaignId, runDate } = announcement;
    const id = newId();
    await query(
      tx,
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date, launch, engagement_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, projectId, connectionId, channelId, optimoveChannelId, optimoveCampaignId, runDate, launch, engagementId],
    );
    await this.note(tx, id, heard);
    return { id, outcome: 'NEW' };
  }

  private async note(tx: Tx, executionId: string, { source, stamp, saidAt }: Heard): Promise<boolean> {
    const rows = await query(
      tx,
      `INSERT INTO execution_announcement (execution_id, source, time_stamp, said_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT ON CONSTRAINT pk_execution_announcement DO NOTHING RETURNING 1`,
      [executionId, source, stamp, saidAt],
    );
    return rows.length === 1;
  }
}

/** Names a campaign at Optimove. */
export interface Campaign {
  connectionId: string;
  optimoveCampaignId: string;
}

/** When Optimove says that it cancelled, or else when somebody here did; null while nobody has. */
function cancellationOf({ cancel_said_at, cancel_requested_at }: Launch): Date | null {
  return cancel_said_at ?? (cancel_requested_at && wholeSeconds(cancel_requested_at));
}
