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
  /** When it came, by our clock. */
  receivedAt: Date;
}

/**
 * NEW: an execution was made. REVIVED: one that had failed before anything was frozen starts anew. AGAIN: its list is
 * read once more. REPEATED: nothing new. CANCELLED: the campaign was cancelled after this was said.
 */
export type AnnouncementOutcome = 'NEW' | 'REVIVED' | 'AGAIN' | 'REPEATED' | 'CANCELLED';

/** How the execution of an engagement in files stands, or that the API's list was announced first. */
export type EngagementOutcome = 'NEW' | 'REOPENED' | 'KNOWN' | 'LISTED_BY_API' | 'CANCELLED';

/** The execution that an announcement leads to. */
export interface Announced {
  id: string;
  outcome: AnnouncementOutcome;
}

/** One launch of a campaign on a day. */
export interface Launch {
  id: string;
  launch: number;
  /** Null where the API lists its recipients. */
  engagement_id: string | null;
  state: string;
  cancel_said_at: Date | null;
  cancel_requested_at: Date | null;
  read_started_at: Date | null;
  /** Instants at which it was announced, by Optimove's clock. */
  said_at: Date[];
}

const launchColumns = `id, launch, engagement_id, state, cancel_said_at, cancel_requested_at, read_started_at,
  ARRAY(SELECT said_at FROM execution_announcement WHERE execution_id = execution.id) AS said_at`;

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
    const launches = await this.launches(tx, announcement);
    const open = launches.filter(isOpen);
    const byFiles = open.find(({ engagement_id }) => engagement_id !== null);
    if (byFiles) return { id: byFiles.id, outcome: 'REPEATED' };
    const [latest] = launches;
    const [current] = open;
    if (latest && (isCancelled || (!current && launches.some((each) => isOlder(heard, each))))) {
      return { id: latest.id, outcome: 'CANCELLED' };
    }
    if (!current) return this.create(tx, announcement, { heard, launch: (latest?.launch ?? 0) + 1 });
    const isNews = await this.note(tx, current.id, heard);
    if (current.state === 'FAILED' && (isNews || heard.source !== 'SWEEP') && (await this.revive(tx, current.id))) {
      return { id: current.id, outcome: 'REVIVED' };
    }
    return { id: current.id, outcome: isNews ? 'AGAIN' : 'REPEATED' };
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
   * was sent opens it again; one later than a cancellation is a new launch.
   * @returns how the execution stands, or that the API's list of the same campaign was announced first.
   */
  async announceEngagement(
    tx: Tx,
    announcement: Announcement & { engagementId: string },
    { heard, isCancelled }: { heard: Heard; isCancelled: boolean },
  ): Promise<{ id: string; outcome: EngagementOutcome }> {
    const launches = await this.launches(tx, announcement);
    const lists = launches.filter(({ engagement_id }) => engagement_id === null);
    const listed = lists.find((each) => isOpen(each) && each.state !== 'FAILED');
    if (listed) return { id: listed.id, outcome: 'LISTED_BY_API' };
    const known = await this.launchesOfEngagement(tx, announcement);
    const current = known.find(isOpen);
    if (current) {
      const isReopened = !isCancelled && (await this.revive(tx, current.id));
      return { id: current.id, outcome: isReopened ? 'REOPENED' : 'KNOWN' };
    }
    const [latest] = [...known, ...lists];
    if (latest && (isCancelled || [...known, ...lists].some((each) => isOlder(heard, each)))) {
      return { id: latest.id, outcome: 'CANCELLED' };
    }
    // Engagements beside this one are earlier launches only where they were cancelled before it.
    const ended = [...known, ...launches.filter((each) => !isOpen(each) && !isOlder(heard, each))];
    const launch = Math.max(0, ...ended.map((each) => each.launch)) + 1;
    return this.create(tx, announcement, { heard, launch, engagementId: announcement.engagementId });
  }

  /** The newest launch of the day that the API lists, or null. */
  async latest(tx: Tx, announcement: Announcement): Promise<Launch | null> {
    const launches = await this.launches(tx, announcement);
    return launches.find(({ engagement_id }) => engagement_id === null) ?? null;
  }

  /** All launches of the day, newest first. */
  private launches(tx: Tx, announcement: Announcement): Promise<Launch[]> {
    const { projectId, connectionId, optimoveCampaignId, channelId, runDate } = announcement;
    return query(
      tx,
      `SELECT ${launchColumns} FROM execution
       WHERE project_id = $1 AND connection_id = $2 AND optimove_campaign_id = $3 AND channel_id = $4 AND run_date = $5
         AND kind = 'SCHEDULED' ORDER BY launch DESC, id DESC`,
      [projectId, connectionId, optimoveCampaignId, channelId, runDate],
    );
  }

  /** All launches of an engagement, whatever the day, newest first. */
  private launchesOfEngagement(
    tx: Tx,
    { connectionId, engagementId }: Announcement & { engagementId: string },
  ): Promise<Launch[]> {
    return query(
      tx,
      `SELECT ${launchColumns} FROM execution WHERE connection_id = $1 AND engagement_id = $2 ORDER BY launch DESC`,
      [connectionId, engagementId],
    );
  }

  private async create(
    tx: Tx,
    announcement: Announcement,
    { heard, launch, engagementId = null }: { heard: Heard; launch: number; engagementId?: string | null },
  ): Promise<{ id: string; outcome: 'NEW' }> {
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

function isOpen({ cancel_said_at, cancel_requested_at }: Launch): boolean {
  return cancel_said_at === null && cancel_requested_at === null;
}

/** Whether something says nothing newer than the cancellation of a launch. The sweep never says when it was. */
function isOlder(heard: Heard, launch: Launch): boolean {
  return heard.source === 'SWEEP' || isRepeat(heard, launch) || isEnded(heard, launch);
}

function isRepeat({ saidAt }: Heard, { said_at }: Launch): boolean {
  return said_at.some((each) => each.getTime() === saidAt.getTime());
}

/** Optimove's clock says when it cancelled. When somebody here did says ours, which may be behind. */
function isEnded({ saidAt, receivedAt }: Heard, { cancel_said_at, cancel_requested_at }: Launch): boolean {
  if (cancel_said_at) return saidAt <= cancel_said_at;
  if (!cancel_requested_at) return false;
  return saidAt <= wholeSeconds(cancel_requested_at) || receivedAt <= cancel_requested_at;
}
