import { Notifications, Outbox, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { channelRemovals, removalOf } from '../domain/events';
import { unregisterListenersJob } from '../jobs/channels.jobs';
import type { ChannelEntity } from '../persistence/channel.entity';
import { ChannelRepository } from '../persistence/channel.repository';

/** Removes channels; their listeners at Optimove are taken back by a job, so that a lost answer loses nothing. */
@Injectable()
export class RemoveChannels {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly notifications: Notifications,
    private readonly repository: ChannelRepository,
  ) {}

  /** @returns false when it was removed already. */
  async remove(tx: Tx, channel: ChannelEntity): Promise<boolean> {
    const isRemoved = await this.repository.remove(tx, channel);
    if (isRemoved) {
      await this.outbox.enqueue(tx, unregisterListenersJob, { channelId: channel.id, at: String(Date.now()) });
      await this.notifications.notify(tx, channelRemovals, removalOf(channel));
    }
    return isRemoved;
  }

  /** Removes all channels of a connection, in one transaction. */
  ofConnection(connectionId: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      for (const channel of await this.repository.list(tx, [connectionId])) await this.remove(tx, channel);
    });
  }
}
