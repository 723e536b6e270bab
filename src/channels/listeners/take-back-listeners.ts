import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { listenerEventsOf } from '../domain/listener-events';
import type { ChannelEntity } from '../persistence/channel.entity';
import { ChannelRepository } from '../persistence/channel.repository';
import { Listeners } from './listeners';

/** The channels of an account that need listeners, by whether their connection is disabled. */
interface Listening {
  inUse: ChannelEntity[];
  disabled: ChannelEntity[];
}

/** Takes the listeners of removed channels back: Optimove has one of each for the account, whichever connection registered it. */
@Injectable()
export class TakeBackListeners {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ChannelRepository,
    private readonly connections: ConnectionsService,
    private readonly listeners: Listeners,
  ) {}

  /**
   * Takes back those of a removed channel that no other connection in use needs, and the one without a channel with the
   * last channel in use. What another connection needs leads there afterwards; a disabled one gets its own when it is enabled.
   * @throws what Optimove answers, for the job to try again; what is left then is known by the fingerprint of the channel.
   */
  async run(channelId: string): Promise<void> {
    const removed = await this.repository.findRemoved(this.transactions.pool, channelId);
    if (!removed) return;
    const { inUse } = await this.listening(removed);
    const isReplaced = inUse.some((channel) => isOfSameNumber(channel, removed));
    const client = await this.connections.clientFor(removed.connectionId);
    for (const { eventTypeId, scope } of listenerEventsOf(removed.kind)) {
      if (scope === 'CONNECTION' && inUse.length === 0) await client.unregisterEventListener({ eventTypeId });
      if (scope === 'CONNECTION' || isReplaced) continue;
      await client.unregisterEventListener({ eventTypeId, channelId: removed.optimoveChannelId });
    }
    await this.restore(removed, inUse);
    await this.repository.forgetLeft(this.transactions.pool, channelId);
  }

  /** A channel that was added or enabled while we took back may have lost its listeners to us. */
  private async restore(removed: ChannelEntity, before: ChannelEntity[]): Promise<void> {
    const { inUse, disabled } = await this.listening(removed);
    const known = new Set(before.map(({ id }) => id));
    const added = inUse.filter((channel) => isOfSameConnection(channel, removed) && !known.has(channel.id));
    for (const channel of added) await this.listeners.register(channel);
    await this.handOver(removed, { before, inUse });
    const lost = disabled.filter((channel) => before.length === 0 || isOfSameNumber(channel, removed));
    for (const { id } of lost) await this.repository.forgetListeners(this.transactions.pool, id);
  }

  /** What is left may lead to the removed channel. A connection that still listens keeps all else, such as what has no channel. */
  private async handOver(
    removed: ChannelEntity,
    { before, inUse }: { before: ChannelEntity[]; inUse: ChannelEntity[] },
  ): Promise<void> {
    const stillListens = before.some((channel) => isOfSameConnection(channel, removed));
    for (const channel of inUse.filter((each) => !isOfSameConnection(each, removed))) {
      if (stillListens && !isOfSameNumber(channel, removed)) continue;
      const events = listenerEventsOf(channel.kind).filter(({ scope }) => !stillListens || scope === 'CHANNEL');
      await this.listeners.register(channel, events);
    }
  }

  private async listening({ connectionId }: ChannelEntity): Promise<Listening> {
    const connections = await this.connections.ofSameAccount(this.transactions.pool, connectionId);
    const disabledIds = new Set(connections.filter(({ isDisabled }) => isDisabled).map(({ id }) => id));
    const all = await this.repository.list(
      this.transactions.pool,
      connections.map(({ id }) => id),
    );
    const channels = all.filter(({ kind }) => listenerEventsOf(kind).length > 0);
    return {
      inUse: channels.filter((channel) => !disabledIds.has(channel.connectionId)),
      disabled: channels.filter((channel) => disabledIds.has(channel.connectionId)),
    };
  }
}

const isOfSameConnection = (one: ChannelEntity, other: ChannelEntity): boolean =>
  one.connectionId === other.connectionId;

const isOfSameNumber = (one: ChannelEntity, other: ChannelEntity): boolean =>
  one.optimoveChannelId === other.optimoveChannelId;
