import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CollectTotals } from '../collect-totals';
import { usualSetting } from '../domain/engagement';
import { CollectEngagement } from '../engagement/collect-engagement';
import { EndEngagement } from '../engagement/end-engagement';
import { HandOnEngagement } from '../engagement/hand-on-engagement';
import { PostEngagement } from '../engagement/post-engagement';
import { EngagementBatchRepository } from '../persistence/engagement-batch.repository';
import { EngagementEventRepository } from '../persistence/engagement-event.repository';
import { MetricTotalRepository } from '../persistence/metric-total.repository';
import { PostMetrics } from '../post-metrics';

const everyMs = 2_000;
const collectEveryMs = 1_000;
/** Longer than two runs of posts, each with a last call that is answered only when it times out. */
const leaseMs = 300_000;
const forgetEveryMs = 5_000;
const deletedEveryMs = 60_000;
const keptDays = 90;
const mostConnections = 200;
/** So many connections are posted for at once in a process. */
const sideBySide = 8;

/** Posts what is owed. One worker at a time posts for a connection; one that Optimove is slow for keeps no other one waiting. */
@Injectable()
export class PostbackClocks {
  private isLooking = false;
  private free = sideBySide;
  private readonly posting = new Set<string>();

  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly totals: MetricTotalRepository,
    private readonly postMetrics: PostMetrics,
    private readonly collectTotals: CollectTotals,
    private readonly collectEngagement: CollectEngagement,
    private readonly events: EngagementEventRepository,
    private readonly batches: EngagementBatchRepository,
    private readonly postEngagement: PostEngagement,
    private readonly endEngagement: EndEngagement,
    private readonly handOnEngagement: HandOnEngagement,
  ) {}

  /** Takes over what changed, somewhere once. */
  @Interval(collectEveryMs)
  async collect(): Promise<void> {
    const tick = { name: 'postbacks.collect-totals', everyMs: collectEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.collectTotals.run());
    const other = { name: 'postbacks.collect-engagement', everyMs: collectEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(other, () => this.collectEngagement.run());
  }

  /** Drops what was settled long ago, also of connections over which nothing is told any more. */
  @Interval(forgetEveryMs)
  async forget(): Promise<void> {
    const tick = { name: 'postbacks.forget-engagement', everyMs: forgetEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.events.forget(this.transactions.pool, keptDays));
  }

  /** Ends what was to be told over deleted connections, and has others tell what those that are off left behind. */
  @Interval(deletedEveryMs)
  async deletedConnections(): Promise<void> {
    const tick = { name: 'postbacks.deleted-connections', everyMs: deletedEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.endEngagement.ofDeleted());
    const other = { name: 'postbacks.left-behind', everyMs: deletedEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(other, async () => {
      await this.collectTotals.takeLeftBehind();
      await this.handOnEngagement.openQuestions();
    });
  }

  /** Also while runs of earlier ticks go on, as long as there is room beside them. */
  @Interval(everyMs)
  async post(): Promise<void> {
    if (this.isLooking || this.free === 0) return;
    this.isLooking = true;
    const due = await this.due().finally(() => {
      this.isLooking = false;
    });
    const queue = due.values();
    await Promise.all(Array.from({ length: Math.min(this.free, due.size) }, () => this.postInTurn(queue)));
  }

  private async postInTurn(queue: Iterable<string>): Promise<void> {
    this.free -= 1;
    try {
      for (const connectionId of queue) await this.postOver(connectionId);
    } finally {
      this.free += 1;
    }
  }

  private async postOver(connectionId: string): Promise<void> {
    if (this.posting.has(connectionId)) return;
    this.posting.add(connectionId);
    const tick = { name: `postbacks.metrics.${connectionId}`, everyMs, leaseMs };
    await this.leases.runWhenDue(tick, async () => {
      await this.postMetrics.run(connectionId);
      await this.postEngagement.run(connectionId);
    });
    this.posting.delete(connectionId);
  }

  private async due(): Promise<Set<string>> {
    const { pool } = this.transactions;
    return new Set([
      ...(await this.totals.connectionsDue(pool, mostConnections)),
      ...(await this.batches.connectionsDue(pool)),
      ...(await this.events.connectionsDue(pool, usualSetting.everyMinutes)),
    ]);
  }
}
