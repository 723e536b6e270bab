import { AppError } from '@libs/foundation';
import { ConnectionNotFoundError, ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { ChannelListing } from '../domain/channel-choice';

/** Asks Optimove which channels an account has. Not every API token may ask. */
@Injectable()
export class KnownChannels {
  constructor(private readonly connections: ConnectionsService) {}

  /** Never throws for what Optimove answers. */
  async list(projectId: string, connectionId: string): Promise<ChannelListing> {
    try {
      await this.connections.get(projectId, connectionId);
      const client = await this.connections.clientFor(connectionId);
      const channels = await client.getExecutionChannels();
      const problem = channels ? null : 'This API token may not list channels';
      return { channels, problem };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error instanceof ConnectionNotFoundError) return { channels: null, problem: 'There is no such connection' };
      return { channels: null, problem: `Optimove could not list its channels: ${error.message}` };
    }
  }
}
