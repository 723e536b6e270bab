import { AppError } from '@libs/foundation';
import { callbackKind, type RegisteredListener } from '@libs/optimove-client';
import { Log, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { type ListenerEvent, listenerEventsOf } from '../domain/listener-events';
import type { ChannelEntity } from '../persistence/channel.entity';
import { ChannelRepository } from '../persistence/channel.repository';
import { Listeners } from './listeners';

/** Asks Optimove which listeners it has, and registers again what it lost or what leads elsewhere. */
@Injectable()
export class CheckListeners {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ChannelRepository,
    private readonly connections: ConnectionsService,
    private readonly listeners: Listeners,
    private readonly log: Log,
  ) {}

  /** One question for each connection. Not every API token may ask; where Optimove does not tell, nothing is changed. */
  async run(): Promise<void> {
    const channels = await this.repository.listAll(this.transactions.pool);
    const listening = channels.filter(({ state, kind }) => state === 'ACTIVE' && listenerEventsOf(kind).length > 0);
    for (const connectionId of new Set(listening.map((channel) => channel.connectionId))) {
      const connection = await this.connections.find(connectionId);
      if (connection?.status !== 'ACTIVE') continue;
      const registered = await this.ask(connectionId);
      if (!registered) continue;
      for (const channel of listening.filter((each) => each.connectionId === connectionId)) {
        await this.heal(channel, registered);
      }
    }
  }

  private async ask(connectionId: string): Promise<RegisteredListener[] | null> {
    try {
      return await (await this.connections.clientFor(connectionId)).getRegisteredEventListeners();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.log.event('channel.listeners-not-checked', { connectionId, reason: error.message });
      return null;
    }
  }

  private async heal(channel: ChannelEntity, registered: RegisteredListener[]): Promise<void> {
    const lost: number[] = [];
    for (const event of listenerEventsOf(channel.kind)) {
      const { eventTypeId } = event;
      const ours = await this.connections.callbackUrl({ id: channel.connectionId }, callbackKind(eventTypeId));
      const isThere = registered.some((each) => isFor(each, event, channel) && each.listenerUrl === ours);
      if (!isThere) lost.push(eventTypeId);
    }
    if (lost.length === 0 || !(await this.isStillActive(channel))) return;
    this.log.event('channel.listeners-lost', { channelId: channel.id, events: lost }, 'error');
    await this.listeners.register(channel);
  }

  /** What a channel lost that was removed since the look at it is as it should be. */
  private async isStillActive({ projectId, id }: ChannelEntity): Promise<boolean> {
    return (await this.repository.find(this.transactions.pool, projectId, id))?.state === 'ACTIVE';
  }
}

function isFor(
  { eventTypeId, channelId }: RegisteredListener,
  event: ListenerEvent,
  { optimoveChannelId }: ChannelEntity,
): boolean {
  const isOnChannel = event.scope === 'CONNECTION' || channelId === String(optimoveChannelId);
  return eventTypeId === String(event.eventTypeId) && isOnChannel;
}
