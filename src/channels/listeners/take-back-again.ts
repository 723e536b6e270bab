import { Log, Transactions } from '@libs/platform';
import { ConnectionNotFoundError } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { ChannelEntity } from '../persistence/channel.entity';
import { ChannelRepository } from '../persistence/channel.repository';
import { Listeners } from './listeners';
import { TakeBackListeners } from './take-back-listeners';

/** After that somebody else may have made listeners there. */
const triedDays = 7;

/** Takes back the listeners of removed channels that could not be taken back at once, such as for a refused token. */
@Injectable()
export class TakeBackAgain {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ChannelRepository,
    private readonly listeners: Listeners,
    private readonly takeBack: TakeBackListeners,
    private readonly log: Log,
  ) {}

  /** Tries once for each channel that was removed in the last days, of every connection or of this one. */
  async run(connectionId?: string): Promise<void> {
    const left = await this.repository.listLeft(this.transactions.pool, { days: triedDays, connectionId });
    for (const channel of left) await this.tryAgain(channel);
  }

  private async tryAgain(channel: ChannelEntity): Promise<void> {
    try {
      await this.assertSameAddress(channel);
      await this.takeBack.run(channel.id);
    } catch (error) {
      this.log.failure('channel.listeners-not-taken-back', error, { channelId: channel.id });
      if (error instanceof ConnectionNotFoundError) {
        await this.repository.forgetLeft(this.transactions.pool, channel.id);
      }
    }
  }

  /** A connection that was moved calls another account now, and what is there is not ours to take. */
  private async assertSameAddress(channel: ChannelEntity): Promise<void> {
    if (channel.listenerFingerprint === (await this.listeners.fingerprintOf(channel))) return;
    throw new ConnectionNotFoundError(`Connection ${channel.connectionId} has another address by now`);
  }
}
