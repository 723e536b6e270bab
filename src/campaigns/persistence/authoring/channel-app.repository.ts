import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A channel of a connection in Optimove. */
export interface ChannelInOptimove {
  projectId: string;
  connectionId: string;
  optimoveChannelId: number;
}

const mostAtOnce = 100;

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
      `SELECT app_id AS "appId" FROM channel_app a WHERE connection_id = $1 AND optimove_channel_id = $2
         AND NOT EXISTS (SELECT FROM template_publication p WHERE p.connection_id = a.connection_id
           AND p.optimove_channel_id = a.optimove_channel_id
           AND p.apps @> jsonb_build_array(jsonb_build_object('id', a.app_id)) AND p.state NOT IN ('WITHDRAWING', 'WITHDRAWN'))
       ORDER BY app_id LIMIT ${mostAtOnce}`,
      [connectionId, optimoveChannelId],
    );
    return rows.map(({ appId }) => appId);
  }

  /** After Optimove took them away. */
  async forget(tx: Tx, { connectionId, optimoveChannelId }: ChannelInOptimove, appIds: string[]): Promise<void> {
    await execute(
      tx,
      'DELETE FROM channel_app WHERE connection_id = $1 AND optimove_channel_id = $2 AND app_id = ANY($3::uuid[])',
      [connectionId, optimoveChannelId, appIds],
    );
  }
}
