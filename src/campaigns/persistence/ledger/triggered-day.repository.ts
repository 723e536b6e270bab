import { InvariantError, newId } from '@libs/foundation';
import { prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type DayCancellation, isHeard } from '../../domain/execution/triggered-day';
import { type Announcement, AnnouncementRepository } from './announcement.repository';

/** How the day of a triggered campaign stands. */
export interface TriggeredDay extends DayCancellation {
  /** The execution of its calls; null where none of those that were asked for counts. */
  executionId: string | null;
}

/** What is asked for. */
export interface TriggeredCalls {
  /** That of the connection now. */
  timeZone: string;
  /** The connection, and the deleted ones that it stands for. */
  connectionIds: string[];
  /** When Optimove says that it made each call, or null where it does not say. */
  saidAt: (Date | null)[];
}

interface DayRow extends TriggeredDay {
  launch: number;
}

/** When the day of `$5` is over where the zone is. */
const endOfDay = (zone: string) => `(($5::date + 1)::timestamp AT TIME ZONE ${zone}) + interval '1 hour'`;

/** Whether an execution named `e` is open longer when its day ends then. */
const growsTo = (end: string) => `e.closes_at < ${end} AND e.state IN ('RUNNING', 'COMPLETED')
  AND e.cancel_requested_at IS NULL AND e.values_gone_at IS NULL`;

/**
 * The newest launch of the day and what Optimove said of a cancellation, in one look. A launch that it cancelled is followed
 * by the next; one whose day is longer now has yet to be opened.
 */
const daySql = prepared(`SELECT greatest(c.said_at, l.cancel_said_at) AS "cancelledAt",
    l.cancel_said_at IS NOT NULL OR coalesce(c.is_of_day, false) AS "isOfDay",
    coalesce(l.launch + (l.cancel_said_at IS NOT NULL)::int, 1) AS launch,
    CASE WHEN l.cancel_said_at IS NULL AND NOT l.grows THEN l.id END AS "executionId"
  FROM (
    SELECT max(said_at) AS said_at, bool_or(run_date >= $5::date) AS is_of_day FROM campaign_cancellation
    WHERE project_id = $1 AND connection_id = ANY($7::uuid[]) AND optimove_campaign_id = $3
  ) AS c LEFT JOIN (
    SELECT e.id, e.launch, e.cancel_said_at, ${growsTo(endOfDay('$6::text'))} AS grows FROM execution e
    WHERE e.project_id = $1 AND e.connection_id = $2 AND e.optimove_campaign_id = $3 AND e.channel_id = $4
      AND e.run_date = $5::date AND e.kind = 'TRIGGERED' ORDER BY e.launch DESC LIMIT 1
  ) AS l ON true`);

/** The executions that triggered calls belong to: one of a campaign, channel and day, and another after a cancellation. */
@Injectable()
export class TriggeredDayRepository {
  constructor(private readonly announcements: AnnouncementRepository) {}

  /**
   * The day's execution, made when it is not there and a call counts; it is running from the start. Its day ends where the
   * connection is now: when that was moved to where the day is longer, it is open again. After a cancellation of
   * Optimove's, whenever that came, there is another one for what was said later, and none for anything else.
   */
  async open(tx: Tx, announcement: Announcement, calls: TriggeredCalls): Promise<TriggeredDay> {
    const known = await this.look(tx, announcement, calls);
    if (isSettled(known, calls)) return known;
    // A cancellation that is on its way must find the execution, or be found.
    await this.announcements.serialise(tx, announcement);
    const day = await this.look(tx, announcement, calls);
    if (isSettled(day, calls)) return day;
    return { ...day, executionId: await this.make(tx, announcement, { ...calls, launch: day.launch }) };
  }

  /** Without a lock on the execution, which others hold for long. */
  private async look(tx: Tx, announcement: Announcement, calls: TriggeredCalls): Promise<DayRow> {
    const [row] = await query<DayRow>(tx, daySql, [...dayOf(announcement), calls.timeZone, calls.connectionIds]);
    if (!row) throw new InvariantError(`Nothing is known of campaign ${announcement.optimoveCampaignId}`);
    return row;
  }

  private async make(
    tx: Tx,
    announcement: Announcement,
    { launch, timeZone }: { launch: number; timeZone: string },
  ): Promise<string> {
    const { optimoveChannelId, optimoveCampaignId, runDate } = announcement;
    const key = [...dayOf(announcement), launch];
    await query(
      tx,
      `INSERT INTO execution AS e (id, project_id, connection_id, optimove_campaign_id, channel_id, run_date, launch, optimove_channel_id,
         kind, state, frozen_at, closes_at)
       VALUES ($7, $1, $2, $3, $4, $5, $6, $8, 'TRIGGERED', 'RUNNING', now(),
         ${endOfDay('$9')})
       ON CONFLICT ON CONSTRAINT uq_execution_announcement DO UPDATE
       SET closes_at = excluded.closes_at, state = 'RUNNING', read_at = NULL, completed_at = NULL
       WHERE ${growsTo('excluded.closes_at')}`,
      [...key, newId(), optimoveChannelId, timeZone],
    );
    const [row] = await query<{ id: string }>(
      tx,
      `SELECT id FROM execution WHERE project_id = $1 AND connection_id = $2 AND optimove_campaign_id = $3
         AND channel_id = $4 AND run_date = $5 AND launch = $6 AND kind = 'TRIGGERED'`,
      key,
    );
    if (!row) throw new InvariantError(`No triggered execution of campaign ${optimoveCampaignId} on ${runDate}`);
    return row.id;
  }
}

function dayOf({ projectId, connectionId, optimoveCampaignId, channelId, runDate }: Announcement): string[] {
  return [projectId, connectionId, optimoveCampaignId, channelId, runDate];
}

/** Whether there is nothing to open: it is, or no call counts. */
function isSettled(day: TriggeredDay, { saidAt }: TriggeredCalls): boolean {
  return day.executionId !== null || !saidAt.some((each) => isHeard(day, each));
}
