import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { SubscriptionSettingRepository } from '../persistence/subscription-setting.repository';
import { RunSubscriptions } from '../subscriptions/run-subscriptions';

const everyMs = 5_000;
/** Longer than a run with a last call that is answered only when it times out. */
const leaseMs = 180_000;

/** Tells Optimove who can be contacted. One worker at a time writes for a project. */
@Injectable()
export class SubscriptionClock {
  private isBusy = false;

  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly settings: SubscriptionSettingRepository,
    private readonly runSubscriptions: RunSubscriptions,
  ) {}

  @Interval(everyMs)
  async tick(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (const projectId of await this.settings.projects(this.transactions.pool)) {
        const tick = { name: `postbacks.subscriptions.${projectId}`, everyMs, leaseMs };
        await this.leases.runWhenDue(tick, () => this.runSubscriptions.run(projectId));
      }
    } finally {
      this.isBusy = false;
    }
  }
}
