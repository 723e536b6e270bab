import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type EngagementSetting, usualSetting } from '../domain/engagement';
import { isForeign } from './road-over';

/** SQL: what a setting `s` says; without the tenant of signed events where that is not the account's. */
const columns = `s.connection_id AS "connectionId", s.project_id AS "projectId",
  CASE WHEN s.road = 'EVENTS' AND ${isForeign} THEN 'INTERACTIONS' ELSE s.road END AS road,
  s.on_doubt AS "onDoubt", s.every_minutes AS "everyMinutes", CASE WHEN NOT ${isForeign} THEN s.events_url END AS "eventsUrl",
  CASE WHEN NOT ${isForeign} THEN s.events_token END AS "eventsToken", s.version`;

/** How connections tell Optimove of engagement. */
@Injectable()
export class EngagementSettingRepository {
  /**
   * The usual setting, with version 0, where nobody chose. Signed events were set for an account: after a move interactions
   * go in their place.
   */
  async of(
    tx: Tx,
    { projectId, connectionId }: { projectId: string; connectionId: string },
  ): Promise<EngagementSetting> {
    const [row] = await query<EngagementSetting>(
      tx,
      `SELECT ${columns} FROM engagement_postback s WHERE s.project_id = $1 AND s.connection_id = $2`,
      [projectId, connectionId],
    );
    return row ?? { connectionId, projectId, ...usualSetting, eventsUrl: null, eventsToken: null, version: 0 };
  }

  /** Deleted connections over which something is still to be told, or whose token is kept. */
  async deletedWithRest(tx: Tx): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT c.id FROM connection c WHERE c.deleted_at IS NOT NULL AND (
         EXISTS (SELECT FROM engagement_postback s
           WHERE s.connection_id = c.id AND (s.road <> 'NONE' OR s.events_token IS NOT NULL))
         OR EXISTS (SELECT FROM engagement_event e WHERE e.connection_id = c.id AND e.batch_id IS NULL)
         OR EXISTS (SELECT FROM engagement_batch b WHERE b.connection_id = c.id AND b.state IN ('OWED', 'POSTING')))
       ORDER BY c.id`,
    );
    return rows.map(({ id }) => id);
  }

  /** Tells nothing more over a connection, and keeps no token of it. */
  async end(tx: Tx, connectionId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE engagement_postback SET road = 'NONE', events_token = NULL, version = version + 1, updated_at = now()
       WHERE connection_id = $1`,
      [connectionId],
    );
  }

  /** Stores a setting over the version that it carries; null when somebody else was faster. */
  async save(tx: Tx, setting: EngagementSetting): Promise<EngagementSetting | null> {
    const [row] = await query<EngagementSetting>(
      tx,
      `INSERT INTO engagement_postback AS s
         (connection_id, project_id, road, on_doubt, every_minutes, events_url, events_token)
       SELECT $1, $2, $4, $5, $6, $7, $8 WHERE $3 = 0 OR EXISTS (SELECT 1 FROM engagement_postback WHERE connection_id = $1)
       ON CONFLICT ON CONSTRAINT pk_engagement_postback DO UPDATE SET road = excluded.road, on_doubt = excluded.on_doubt,
         every_minutes = excluded.every_minutes, events_url = excluded.events_url, events_token = excluded.events_token, account_id = excluded.account_id,
         version = s.version + 1, updated_at = now()
       WHERE s.project_id = $2 AND s.version = $3
       RETURNING ${columns}`,
      [
        setting.connectionId,
        setting.projectId,
        setting.version,
        setting.road,
        setting.onDoubt,
        setting.everyMinutes,
        setting.eventsUrl,
        setting.eventsToken,
      ],
    );
    return row ?? null;
  }
}
