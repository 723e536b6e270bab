import { type OptimoveClient, OptimoveRejectedError } from '@libs/optimove-client';
import { Transactions } from '@libs/platform';
import { ChannelsService, type ChannelView } from '@modules/channels';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { TemplateDirectory } from '../authoring/template-directory';

/** A channel as a campaign is looked for on it. */
export interface ChannelAtOptimove {
  connection: ConnectionView;
  client: OptimoveClient;
  channel: ChannelView;
}

/** Whether campaigns that Optimove schedules can go out over the channel. */
export function isSwept({ media, kind }: ChannelView): boolean {
  return media.length > 0 && kind !== 'TRIGGERED';
}

/** Tells campaigns with templates of ours from those of others, whom Optimove serves as well. */
@Injectable()
export class OwnCampaigns {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly directory: TemplateDirectory,
  ) {}

  /** Whether the campaign uses a template of ours on the channel; a campaign that is not on it has none. */
  async isOurs({ connection, client, channel }: ChannelAtOptimove, optimoveCampaignId: string): Promise<boolean> {
    const { optimoveChannelId } = channel;
    const details = await client
      .getExecutedCampaignChannelDetails({ campaignId: optimoveCampaignId, channelId: optimoveChannelId })
      .catch((error: unknown) => {
        if (error instanceof OptimoveRejectedError) return [];
        throw error;
      });
    const optimoveTemplateIds = details.map(({ templateId }) => templateId);
    const wanted = { connectionId: connection.id, optimoveChannelId, optimoveTemplateIds };
    return (await this.directory.find(this.transactions.pool, wanted)).size > 0;
  }

  /** The channels on which the campaign uses templates of ours. */
  async channelsOf(connection: ConnectionView, optimoveCampaignId: string): Promise<ChannelView[]> {
    const client = await this.connections.clientFor(connection.id);
    const channels = await this.channels.listForConnection(connection.projectId, connection.id);
    const found: ChannelView[] = [];
    for (const channel of channels.filter(isSwept)) {
      if (await this.isOurs({ connection, client, channel }, optimoveCampaignId)) found.push(channel);
    }
    return found;
  }
}
