import { Log, Transactions } from '@libs/platform';
import { ChannelsService } from '@modules/channels';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import {
  ChannelAlarmRepository,
  type ChannelOfConnection,
  type QuietChannel,
} from '../persistence/ledger/channel-alarm.repository';
import { SightingRepository } from '../persistence/ledger/sighting.repository';

/** Finds channels on which Optimove fell silent: a listener that was lost says nothing, too. */
@Injectable()
export class FindQuietChannels {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly alarms: ChannelAlarmRepository,
    private readonly sightings: SightingRepository,
    private readonly log: Log,
  ) {}

  /** Channels of the connection that are quieter than usual now. */
  async of(connection: Pick<ConnectionView, 'id' | 'projectId' | 'timeZone'>): Promise<QuietChannel[]> {
    const { id, projectId, timeZone } = connection;
    const channels = await this.channels.listForConnection(projectId, id);
    const channelIds = channels.map((channel) => channel.id);
    return this.alarms.quiet(this.transactions.pool, { channelIds, timeZone });
  }

  /** Raises the alarm for channels of all connections in use that have become quiet, once a day; one that fails keeps no other from it. */
  async raise(): Promise<void> {
    const quiet: (QuietChannel & ChannelOfConnection)[] = [];
    const unjudged: string[] = [];
    for (const connectionId of await this.sightings.connections(this.transactions.pool)) {
      try {
        quiet.push(...(await this.ofInUse(connectionId)));
      } catch (error) {
        unjudged.push(connectionId);
        this.log.failure('channel.quiet-not-judged', error, { connectionId });
      }
    }
    const fresh = await this.alarms.raise(this.transactions.pool, quiet, unjudged);
    for (const { connectionId, channelId, usual, announced } of quiet) {
      if (fresh.includes(channelId))
        this.log.event('channel.quiet', { connectionId, channelId, usual, announced }, 'error');
    }
  }

  private async ofInUse(connectionId: string): Promise<(QuietChannel & ChannelOfConnection)[]> {
    const connection = await this.connections.find(connectionId);
    if (!connection || connection.isDisabled) return [];
    return (await this.of(connection)).map((channel) => ({ ...channel, connectionId }));
  }
}
