import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { EngagementBatchRepository } from '../persistence/engagement-batch.repository';
import { EngagementEventRepository } from '../persistence/engagement-event.repository';
import { EngagementSettingRepository } from '../persistence/engagement-setting.repository';

/** What Optimove was to be told over a connection that is no more. */
@Injectable()
export class EndEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly settings: EngagementSettingRepository,
    private readonly events: EngagementEventRepository,
    private readonly batches: EngagementBatchRepository,
  ) {}

  /** Does so for every deleted connection of which something is left, whatever became of the job that was to end it. */
  async ofDeleted(): Promise<void> {
    for (const id of await this.settings.deletedWithRest(this.transactions.pool)) await this.ofConnection(id);
  }

  /** Drops what waits and the token; batches that are not settled expire, and are kept as long as any. */
  ofConnection(connectionId: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      await this.settings.end(tx, connectionId);
      await this.events.dropWaiting(tx, connectionId);
      await this.batches.expireAll(tx, connectionId, 'The connection was deleted');
    });
  }
}
