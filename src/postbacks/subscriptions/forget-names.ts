import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { SubscriptionSetting } from '../domain/subscription-status';
import { SubscriptionSettingRepository } from '../persistence/subscription-setting.repository';
import { SubscriptionStatusRepository } from '../persistence/subscription-status.repository';
import { StopWalk } from './stop-walk';

const mostAtOnce = 20_000;

/**
 * Where a connection has another account or finds profiles by another attribute, customer IDs mean nobody or other people
 * than those whom Optimove was told of: that is forgotten, and nobody is unsubscribed because of it.
 */
@Injectable()
export class ForgetNames {
  constructor(
    private readonly transactions: Transactions,
    private readonly settings: SubscriptionSettingRepository,
    private readonly statuses: SubscriptionStatusRepository,
    private readonly stopWalk: StopWalk,
  ) {}

  /** Works until nothing is left, and then has everyone posted, or the time is up. The caller holds the project's lease. */
  async whatWasTold({ projectId, connectionId }: SubscriptionSetting, endsAt: number): Promise<void> {
    while (performance.now() < endsAt) {
      if ((await this.statuses.forget(this.transactions.pool, connectionId, mostAtOnce)) > 0) continue;
      return this.transactions.run(async (tx) => {
        await this.stopWalk.run(tx, { projectId, connectionId }, 'Customer IDs mean other people, so it began anew');
        await this.settings.noteNewNames(tx, connectionId);
        await this.settings.askForWalk(tx, connectionId, { postsAgain: true });
      });
    }
  }
}
