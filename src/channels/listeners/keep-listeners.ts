import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { ChannelEntity } from '../persistence/channel.entity';
import { ChannelRepository } from '../persistence/channel.repository';
import { Listeners } from './listeners';

const patienceMs = 10 * 60_000;

/** Registers again what is not as it should be: our address or Optimove's changed, a registration failed or never came to its end. */
@Injectable()
export class KeepListeners {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ChannelRepository,
    private readonly connections: ConnectionsService,
    private readonly listeners: Listeners,
  ) {}

  /** Looks at every channel once; leaves connections alone that Optimove refuses or that are disabled. */
  async run(): Promise<void> {
    const channels = await this.repository.listAll(this.transactions.pool);
    for (const connectionId of new Set(channels.map((channel) => channel.connectionId))) {
      const connection = await this.connections.find(connectionId);
      if (connection?.status !== 'ACTIVE') continue;
      const fingerprint = await this.listeners.fingerprintOf({ connectionId });
      const due = channels.filter((channel) => channel.connectionId === connectionId && isDue(channel, fingerprint));
      for (const channel of due) await this.listeners.register(channel);
    }
  }
}

/** A failed or unfinished registration has its time before it is tried again. */
function isDue({ state, listenerFingerprint, updatedAt }: ChannelEntity, fingerprint: string): boolean {
  if (state === 'ACTIVE') return listenerFingerprint !== fingerprint;
  return updatedAt.getTime() < Date.now() - patienceMs;
}
