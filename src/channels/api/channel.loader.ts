import { Transactions } from '@libs/platform';
import { Injectable, Scope } from '@nestjs/common';
import DataLoader from 'dataloader';
import { ChannelRepository } from '../persistence/channel.repository';
import type { ChannelType } from './channel.type';
import { toChannelType } from './map-channel';

/** The channels that a page names, removed ones too, in one statement; a request has one project. */
@Injectable({ scope: Scope.REQUEST })
export class ChannelLoader {
  private projectId = '';
  private readonly loader = new DataLoader<string, ChannelType | null>(async (ids) => {
    const found = await this.repository.findSome(this.transactions.pool, this.projectId, ids);
    const byId = new Map(found.map((channel) => [channel.id, toChannelType(channel)]));
    return ids.map((id) => byId.get(id) ?? null);
  });

  constructor(
    private readonly repository: ChannelRepository,
    private readonly transactions: Transactions,
  ) {}

  load(projectId: string, id: string): Promise<ChannelType | null> {
    this.projectId = projectId;
    return this.loader.load(id);
  }
}
