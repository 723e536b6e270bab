import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CollectTotals } from '../collect-totals';
import { MetricTotalRepository } from '../persistence/metric-total.repository';
import { PostMetrics } from '../post-metrics';

const everyMs = 2_000;
const collectEveryMs = 1_000;
/** Longer than a run of posts with a last call that is answered only when it times out. */
const leaseMs = 180_000;
const mostConnections = 200;

/** Posts what is owed. One worker at a time posts for a connection. */
@Injectable()
export class PostbackClocks {
  private isBusy = false;

  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly totals: MetricTotalRepository,
    private readonly postMetrics: PostMetrics,
    private readonly collectTotals: CollectTotals,
  ) {}

  /** Takes over what changed, somewhere once. */
  @Interval(collectEveryMs)
  async collect(): Promise<void> {
    const tick = { name: 'postbacks.collect-totals', everyMs: collectEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.collectTotals.run());
  }

  @Interval(everyMs)
  async post(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      const due = await this.totals.connectionsDue(this.transactions.pool, mostConnections);
      for (const connectionId of due) {
        const tick = { name: `postbacks.metrics.${connectionId}`, everyMs, leaseMs };
        await this.leases.runWhenDue(tick, () => this.postMetrics.run(connectionId));
      }
    } finally {
      this.isBusy = false;
    }
  }
}
