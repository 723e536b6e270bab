import { isUuid } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { mediaOfKind } from './domain/channel-kind';
import type { ChannelView } from './domain/channel-view';
import { ChannelNotFoundError } from './domain/errors';
import type { ChannelEntity } from './persistence/channel.entity';
import { ChannelRepository } from './persistence/channel.repository';

/** What other modules may know of channels. Removed channels do not exist here. */
@Injectable()
export class ChannelsService {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ChannelRepository,
  ) {}

  /** @throws {ChannelNotFoundError} when the project has no such channel. */
  async get(projectId: string, id: string): Promise<ChannelView> {
    const channel = isUuid(id) ? await this.repository.find(this.transactions.pool, projectId, id) : null;
    if (!channel) throw new ChannelNotFoundError(`Channel ${id} does not exist in this project`);
    return toView(channel);
  }

  /** The channel by Optimove's number, or null when it is not set up on the connection. One indexed read. */
  async findByOptimoveId(connectionId: string, optimoveChannelId: number): Promise<ChannelView | null> {
    const channel = await this.repository.findByOptimoveId(this.transactions.pool, connectionId, optimoveChannelId);
    return channel && toView(channel);
  }

  /** The channels of all connections of a project, oldest first. */
  async listForProject(projectId: string): Promise<ChannelView[]> {
    return (await this.repository.listOfProject(this.transactions.pool, projectId)).map(toView);
  }

  /** The channels of a connection, oldest first. */
  async listForConnection(projectId: string, connectionId: string): Promise<ChannelView[]> {
    if (!isUuid(connectionId)) return [];
    return (await this.repository.listOf(this.transactions.pool, projectId, connectionId)).map(toView);
  }
}

/** A channel without what only this module needs. */
export function toView(channel: ChannelEntity): ChannelView {
  const { id, projectId, connectionId, kind, name, optimoveChannelId, state, spreadMinutes } = channel;
  return { id, projectId, connectionId, kind, name, optimoveChannelId, state, spreadMinutes, media: mediaOfKind(kind) };
}
