import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A channel of a connection in Optimove. */
export interface ChannelInOptimove {
  projectId: string;
  connectionId: string;
  optimoveChannelId: number;
}

const mostAtOnce = 100;

/** SQL: that no template is offered for app `a` of its channel, or to be offered. */
const isUnused = `NOT EXISTS (SELECT FROM template_publication p WHERE p.connection_id = a.connection_id
  AND p.optimove_channel_id = a.optimove_channel_id
  AND p.apps @> jsonb_build_array(jsonb_build_object('id', a.app_id)) AND p.state NOT IN ('WITHDRAWING', 'WITHDRAWN'))`;

/** Apps of channels of which Optimove was told. */
@Injectable()
export class ChannelAppRepository {
  /** Before Optimove is told, so that none is forgotten when the answer is lost. */
  async note(tx: Tx, channel: ChannelInOptimove, appIds: string[]): Promise<void> {
    await query(
      tx,
      `INSERT INTO channel_app (project_id, connection_id, optimove_channel_id, app_id)
       SELECT $1, $2, $3, unnest($4::uuid[]) ON CONFLICT ON CONSTRAINT pk_channel_app DO NOTHING`,
      [channel.projectId, channel.connectionId, channel.optimoveChannelId, appIds],
    );
  }

  /** Apps of the channel for which no template is offered, or to be offered, any more; at most 100. */
  async unused(tx: Tx, { connectionId, optimoveChannelId }: ChannelInOptimove): Promise<string[]> {
    const rows = await query<{ appId: string }>(
      tx,
      `SELECT app_id AS "appId" FROM channel_app a WHERE connection_id = $1 AND optimove_channel_id = $2 AND ${isUnused}
       ORDER BY app_id LIMIT ${mostAtOnce}`,
      [connectionId, optimoveChannelId],
    );
    return rows.map(({ appId }) => appId);
  }

  /** Channels with such apps, of connections that are in use; at most 100. */
  channelsWithUnused(tx: Tx): Promise<ChannelInOptimove[]> {
    return query(
      tx,
      `SELECT DISTINCT a.project_id AS "projectId", a.connection_id AS "connectionId", a.optimove_channel_id AS "optimoveChannelId"
       FROM channel_app a JOIN connection c ON c.id = a.connection_id AND c.deleted_at IS NULL AND NOT c.is_disabled
       WHERE ${isUnused} LIMIT ${mostAtOnce}`,
    );
  }

  /** After Optimove took it away; one for which a template is to be offered again stays. */
  async forget(tx: Tx, { connectionId, optimoveChannelId }: ChannelInOptimove, appId: string): Promise<void> {
    await execute(
      tx,
      `DELETE FROM channel_app a WHERE connection_id = $1 AND optimove_channel_id = $2 AND app_id = $3 AND ${isUnused}`,
      [connectionId, optimoveChannelId, appId],
    );
  }
}
