import { Log, Transactions } from '@libs/platform';
import { ChannelsService } from '@modules/channels';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { ChannelAlarmRepository, type QuietChannel } from '../persistence/ledger/channel-alarm.repository';

/** Finds channels on which Optimove fell silent: a listener that was lost says nothing, too. */
@Injectable()
export class FindQuietChannels {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly alarms: ChannelAlarmRepository,
    private readonly log: Log,
  ) {}

  /** Channels of the connection that are quieter than usual now. */
  async of(connection: Pick<ConnectionView, 'id' | 'projectId' | 'timeZone'>): Promise<QuietChannel[]> {
    const { id, projectId, timeZone } = connection;
    const channels = await this.channels.listForConnection(projectId, id);
    const channelIds = channels.map((channel) => channel.id);
    return this.alarms.quiet(this.transactions.pool, { channelIds, timeZone });
  }

  /** Raises the alarm for channels of the connection that have become quiet, once a day. */
  async raise(connectionId: string): Promise<void> {
    const connection = await this.connections.find(connectionId);
    if (!connection || connection.isDisabled) return;
    const quiet = await this.of(connection);
    const fresh = await this.alarms.raise(this.transactions.pool, quiet);
    for (const { channelId, usual, announced } of quiet) {
      if (fresh.includes(channelId))
        this.log.event('channel.quiet', { connectionId, channelId, usual, announced }, 'error');
    }
  }
}
