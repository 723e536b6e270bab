import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { EngagementSettingRepository } from '../persistence/engagement-setting.repository';
import { HandOnEngagement } from './hand-on-engagement';

/** What Optimove was to be told over a connection that is no more. */
@Injectable()
export class EndEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly settings: EngagementSettingRepository,
    private readonly handOn: HandOnEngagement,
  ) {}

  /** Does so for every deleted connection of which something is left, whatever became of the job that was to end it. */
  async ofDeleted(): Promise<void> {
    for (const id of await this.settings.deletedWithRest(this.transactions.pool)) await this.ofConnection(id);
  }

  /**
   * Drops the token. Another connection to the account tells what was not told yet; where there is none, what waits is dropped,
   * and batches that are not settled expire and are kept as long as any.
   */
  ofConnection(connectionId: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      await this.settings.end(tx, connectionId);
      await this.handOn.in(tx, connectionId);
    });
  }
}
