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

  /** Drops what waits and the token; batches that are not settled expire, and are kept as long as any. */
  ofConnection(connectionId: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      await this.settings.end(tx, connectionId);
      await this.events.dropWaiting(tx, connectionId);
      await this.batches.expireAll(tx, connectionId, 'The connection was deleted');
    });
  }
}
