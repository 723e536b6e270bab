import { InvariantError } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** What is known of the daily data of a connection. */
export interface Feed {
  connectionId: string;
  projectId: string;
  /** Whether the exclusion rules count for Optimove's executions too. */
  guardsOptimove: boolean;
  /** Optimove's data date as it was last read. */
  dataDate: string | null;
  checkedAt: Date | null;
  problem: string | null;
  version: number;
}

/** An attribute without the data of the day. */
export interface LateAttribute {
  name: string;
  dataDate: string | null;
  /** Null: it is synced, and its data have not come. */
  stoppedBecause: string | null;
}

/** SQL: whether a rule rests on an attribute `a`. */
const hasRule = 'EXISTS (SELECT FROM exclusion_rule r WHERE r.attribute_id = a.id)';

const columns = `connection_id AS "connectionId", project_id AS "projectId", guards_optimove AS "guardsOptimove",
  data_date::text AS "dataDate", checked_at AS "checkedAt", problem, version`;

/** The daily data of connections, one row each. */
@Injectable()
export class FeedRepository {
  async ensure(tx: Tx, projectId: string, connectionId: string): Promise<void> {
    await execute(
      tx,
      'INSERT INTO suppression_feed (connection_id, project_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [connectionId, projectId],
    );
  }

  async find(tx: Tx, projectId: string, connectionId: string): Promise<Feed | null> {
    const rows = await query<Feed>(
      tx,
      `SELECT ${columns} FROM suppression_feed WHERE project_id = $1 AND connection_id = $2`,
      [projectId, connectionId],
    );
    return rows[0] ?? null;
  }

  /** Now, and Optimove's data date as it was last read. */
  async asked(tx: Tx, projectId: string, connectionId: string): Promise<{ askedAt: Date; dataDate: string | null }> {
    const [row] = await query<{ askedAt: Date; dataDate: string | null }>(
      tx,
      `SELECT clock_timestamp() AS "askedAt", (SELECT data_date::text FROM suppression_feed
         WHERE project_id = $1 AND connection_id = $2) AS "dataDate"`,
      [projectId, connectionId],
    );
    if (!row) throw new InvariantError('A SELECT without a table has a row');
    return row;
  }

  /** The newest day of which values can be: Optimove's data date, or yesterday in the zone while nobody knows it. */
  async newestDay(
    tx: Tx,
    { projectId, connectionId }: { projectId: string; connectionId: string },
    timeZone: string,
  ): Promise<string> {
    const [row] = await query<{ day: string }>(
      tx,
      `SELECT coalesce((SELECT data_date FROM suppression_feed WHERE project_id = $1 AND connection_id = $2),
         (now() AT TIME ZONE $3)::date - 1)::text AS day`,
      [projectId, connectionId, timeZone],
    );
    if (!row) throw new InvariantError('A SELECT without a table has a row');
    return row.day;
  }

  async noteCheck(
    tx: Tx,
    connectionId: string,
    { dataDate, problem }: { dataDate: string | null; problem: string | null },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE suppression_feed SET checked_at = now(), data_date = coalesce($2::date, data_date), problem = $3
       WHERE connection_id = $1`,
      [connectionId, dataDate, problem],
    );
  }

  /** Nobody knows Optimove's data date any more. @returns the project; null where nothing is fed. */
  async forgetDay(tx: Tx, connectionId: string): Promise<string | null> {
    const [row] = await query<{ id: string }>(
      tx,
      'UPDATE suppression_feed SET data_date = NULL WHERE connection_id = $1 RETURNING project_id AS id',
      [connectionId],
    );
    return row?.id ?? null;
  }

  /** Sets whether Optimove's executions are guarded. @returns false when somebody changed it meanwhile. */
  async setGuard(
    tx: Tx,
    feed: { projectId: string; connectionId: string },
    { guardsOptimove, version }: { guardsOptimove: boolean; version: number },
  ): Promise<boolean> {
    const count = await execute(
      tx,
      `UPDATE suppression_feed SET guards_optimove = $3, version = version + 1
       WHERE project_id = $1 AND connection_id = $2 AND version = $4`,
      [feed.projectId, feed.connectionId, guardsOptimove, version],
    );
    return count > 0;
  }

  /** Connections that have attributes to sync. */
  async connections(tx: Tx): Promise<{ projectId: string; connectionId: string }[]> {
    return query(
      tx,
      `SELECT DISTINCT project_id AS "projectId", connection_id AS "connectionId" FROM suppression_attribute
       WHERE state <> 'STOPPED'`,
    );
  }

  /** Connections whose data ought to come: they have attributes to sync, or rules on attributes that stopped. */
  async awaited(tx: Tx): Promise<{ projectId: string; connectionId: string }[]> {
    return query(
      tx,
      `SELECT DISTINCT a.project_id AS "projectId", a.connection_id AS "connectionId" FROM suppression_attribute a
       WHERE a.state <> 'STOPPED' OR ${hasRule}`,
    );
  }

  /**
   * Attributes whose data have not come though it is past the alarm hour of their project's day, once a day each
   * connection: then at least the data of the day before are expected. Those under a rule that stopped are told as well.
   */
  async takeLate(
    tx: Tx,
    { projectId, connectionId }: { projectId: string; connectionId: string },
    { timeZone, alarmHour }: { timeZone: string; alarmHour: number },
  ): Promise<LateAttribute[]> {
    return query(
      tx,
      `WITH late AS (
         SELECT a.name, a.data_date, CASE a.state WHEN 'STOPPED' THEN coalesce(a.state_reason, '') END AS stopped_because
         FROM suppression_attribute a WHERE a.project_id = $1 AND a.connection_id = $2 AND CASE a.state WHEN 'STOPPED'
           THEN ${hasRule} ELSE coalesce(a.data_date, '-infinity') < (now() AT TIME ZONE $3)::date - 1
             AND a.created_at < now() - interval '1 day' END
       ), taken AS (
         UPDATE suppression_feed SET alarmed_on = (now() AT TIME ZONE $3)::date
         WHERE project_id = $1 AND connection_id = $2 AND extract(hour FROM now() AT TIME ZONE $3) >= $4
           AND alarmed_on IS DISTINCT FROM (now() AT TIME ZONE $3)::date AND EXISTS (SELECT 1 FROM late)
         RETURNING connection_id
       )
       SELECT late.name, late.data_date::text AS "dataDate", late.stopped_because AS "stoppedBecause" FROM late, taken
       ORDER BY late.name`,
      [projectId, connectionId, timeZone, alarmHour],
    );
  }
}
