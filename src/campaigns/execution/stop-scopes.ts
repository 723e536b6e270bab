import { ChannelNotFoundError, ChannelsService, DeliveryService } from '@modules/channels';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { StopScope } from '../persistence/ledger/stop.repository';

/** Knows what sending can be switched off for: a switch on nothing would look like a stop and stop nobody. */
@Injectable()
export class StopScopes {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly delivery: DeliveryService,
  ) {}

  /** Whether the project has such a thing. `scopeId` is a UUID. */
  async exists(projectId: string, { scope, scopeId }: { scope: StopScope; scopeId: string }): Promise<boolean> {
    switch (scope) {
      case 'PROJECT':
        return scopeId === projectId;
      case 'CONNECTION':
        return (await this.connections.find(scopeId))?.projectId === projectId;
      case 'CHANNEL':
        return this.hasChannel(projectId, scopeId);
      case 'PROVIDER_ACCOUNT':
        return this.delivery.hasAccount(projectId, scopeId);
    }
  }

  private async hasChannel(projectId: string, id: string): Promise<boolean> {
    try {
      await this.channels.get(projectId, id);
      return true;
    } catch (error) {
      if (error instanceof ChannelNotFoundError) return false;
      throw error;
    }
  }
}
