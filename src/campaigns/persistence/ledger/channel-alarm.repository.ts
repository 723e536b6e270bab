import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A channel on which Optimove announced much less today than it usually has by this time of the day. */
export interface QuietChannel {
  channelId: string;
  /** The day, `YYYY-MM-DD` in the connection's zone. */
  runDate: string;
  /** Campaigns that were announced by this time on each of the days that it is compared with, at least. */
  usual: number;
  announced: number;
  lastAnnouncedAt: Date | null;
}

/** A channel, and the connection that it is of. */
export interface ChannelOfConnection {
  connectionId: string;
  channelId: string;
}

/** Late by less than this is no news. */
const grace = '1 hour';

const keptDays = 30;

/** What channels usually hear from Optimove, and alarms when they do not. */
@Injectable()
export class ChannelAlarmRepository {
  /**
   * Compares today with the same weekday of the last four weeks where three of them had campaigns, else with the last
   * seven days where all of them had; half of what is usual is quiet. Nothing is said in the first hour of a day.
   */
  async quiet(tx: Tx, { channelIds, timeZone }: { channelIds: string[]; timeZone: string }): Promise<QuietChannel[]> {
    return query(
      tx,
      `WITH clock AS (SELECT now() AT TIME ZONE $2 AS local), days AS (
         SELECT e.channel_id, (e.announced_at AT TIME ZONE $2)::date AS day, max(e.announced_at) AS last,
           count(*)::int AS announced, (count(*) FILTER (WHERE (e.announced_at AT TIME ZONE $2)::time
             <= (clock.local - interval '${grace}')::time))::int AS by_now
         FROM execution e, clock
         WHERE e.channel_id = ANY($1::uuid[]) AND e.announced_at > now() - interval '30 days' GROUP BY 1, 2
       ), compared AS (
         SELECT d.channel_id, max(d.last) AS last,
           coalesce(max(d.announced) FILTER (WHERE d.day = local::date), 0) AS announced,
           min(d.by_now) FILTER (WHERE d.by_now > 0 AND ago IN (7, 14, 21, 28)) AS weekly,
           count(*) FILTER (WHERE d.by_now > 0 AND ago IN (7, 14, 21, 28)) AS weeks,
           min(d.by_now) FILTER (WHERE d.by_now > 0 AND ago BETWEEN 1 AND 7) AS daily,
           count(*) FILTER (WHERE d.by_now > 0 AND ago BETWEEN 1 AND 7) AS days
         FROM days d, clock, LATERAL (SELECT local::date - d.day AS ago) AS age GROUP BY d.channel_id
       ), judged AS (
         SELECT *, CASE WHEN weeks >= 3 THEN weekly WHEN days = 7 THEN daily END AS usual FROM compared
       )
       SELECT channel_id AS "channelId", local::date::text AS "runDate", usual, announced, last AS "lastAnnouncedAt"
       FROM judged, clock WHERE announced * 2 < usual AND local::time >= interval '${grace}'::time ORDER BY channel_id`,
      [channelIds, timeZone],
    );
  }

  /**
   * Notes the channels that are quiet now, and no others; those of connections that could not be judged stay as they were.
   * Alarms that are over are forgotten after a month. @returns those whose alarm of the day is new.
   */
  async raise(tx: Tx, quiet: (QuietChannel & ChannelOfConnection)[], unjudged: string[] = []): Promise<string[]> {
    const rows = await query<{ channel_id: string; is_new: boolean }>(
      tx,
      `WITH quiet AS (
         SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[]) AS q(connection_id, channel_id, run_date)
       ), ended AS (
         UPDATE channel_alarm a SET is_quiet = false
         WHERE is_quiet AND NOT connection_id = ANY($4::uuid[]) AND NOT EXISTS (SELECT 1 FROM quiet q WHERE q.channel_id = a.channel_id AND q.run_date = a.run_date)
       ), forgotten AS (
         DELETE FROM channel_alarm WHERE NOT is_quiet AND run_date < current_date - ${keptDays}
       )
       INSERT INTO channel_alarm (connection_id, channel_id, run_date, is_quiet) SELECT *, true FROM quiet
       ON CONFLICT ON CONSTRAINT pk_channel_alarm DO UPDATE SET is_quiet = true, connection_id = excluded.connection_id
       RETURNING channel_id, raised_at = now() AS is_new`,
      [
        quiet.map(({ connectionId }) => connectionId),
        quiet.map(({ channelId }) => channelId),
        quiet.map(({ runDate }) => runDate),
        unjudged,
      ],
    );
    return rows.filter(({ is_new }) => is_new).map(({ channel_id }) => channel_id);
  }

  /** The channels that were quiet when the alarms were last raised. */
  raised(tx: Tx): Promise<ChannelOfConnection[]> {
    return query(
      tx,
      `SELECT connection_id AS "connectionId", channel_id AS "channelId" FROM channel_alarm WHERE is_quiet ORDER BY 2`,
    );
  }
}
