import { Log, Outbox, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { ChannelAppRepository, type ChannelInOptimove } from '../persistence/authoring/channel-app.repository';
import { PublicationRepository } from '../persistence/authoring/publication.repository';
import { publishTemplateJob } from './publish-template.job';

/** Takes apps out of channels in Optimove that are left there without a template. What goes wrong is logged and tried again. */
@Injectable()
export class DropApps {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly outbox: Outbox,
    private readonly publications: PublicationRepository,
    private readonly apps: ChannelAppRepository,
    private readonly log: Log,
  ) {}

  /** Of one channel; one by one, so that one that Optimove refuses keeps no other there. */
  async ofChannel(channel: ChannelInOptimove): Promise<void> {
    for (const appId of await this.apps.unused(this.transactions.pool, channel)) await this.drop(channel, appId);
  }

  /** Of every channel, so that what failed is done when nothing else is told of the channel. */
  async leftOver(): Promise<void> {
    for (const channel of await this.apps.channelsWithUnused(this.transactions.pool)) await this.ofChannel(channel);
  }

  private async drop(channel: ChannelInOptimove, appId: string): Promise<void> {
    const { connectionId, optimoveChannelId: channelId } = channel;
    try {
      const client = await this.connections.clientFor(connectionId);
      await client.deleteChannelApps([{ channelId, appId }]);
      await this.transactions.run(async (tx) => {
        await this.apps.forget(tx, channel, appId);
        // A template that was launched for it in between is told again, with its app.
        await this.outbox.enqueueMany(tx, publishTemplateJob, await this.publications.reopenFor(tx, channel, appId));
      });
    } catch (error) {
      this.log.failure('template.app-not-dropped', error, { connectionId, channelId, appId });
    }
  }
}
