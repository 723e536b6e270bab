import { Transactions, type Tx } from '@libs/platform';
import { CampaignsService, type ExecutionTotals } from '@modules/campaigns';
import { Injectable } from '@nestjs/common';
import { type Metric, metrics } from './domain/metric';
import { MetricTotalRepository, type MetricValue } from './persistence/metric-total.repository';

const mostAtOnce = 2_000;

const fieldOf = {
  SENT: 'sent',
  DELIVERED: 'delivered',
  DROPPED: 'dropped',
  OPENED: 'opened',
  CLICKED: 'clicked',
  UNSUBSCRIBED: 'unsubscribed',
  COMPLAINED: 'complained',
  BOUNCED: 'bounced',
} as const satisfies Record<Metric, keyof ExecutionTotals>;

/** Takes totals that changed over into what is owed. */
@Injectable()
export class CollectTotals {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: CampaignsService,
    private readonly totals: MetricTotalRepository,
  ) {}

  /**
   * Works until no change is left but those that wait for a post over another connection. A change is forgotten in the
   * transaction that writes what is owed because of it.
   */
  async run(): Promise<void> {
    while ((await this.collect()) > 0);
  }

  /** What is still to be told over connections that are off goes to others to their accounts, also where nothing changes any more. */
  async takeLeftBehind(): Promise<void> {
    const { pool } = this.transactions;
    for (const campaign of await this.totals.leftBehind(pool, mostAtOnce)) {
      const connectionId = (await this.totals.tellerOf(pool, campaign)) ?? campaign.connectionId;
      await this.totals.takeOver(pool, { ...campaign, connectionId });
    }
  }

  private collect(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const executionIds = await this.campaigns.takeChangedTotals(tx, mostAtOnce);
      const waiting: string[] = [];
      for (const executionId of executionIds) if (!(await this.owe(tx, executionId))) waiting.push(executionId);
      await this.campaigns.keepChangedTotals(tx, waiting);
      return executionIds.length - waiting.length;
    });
  }

  /** @returns false where a post over another connection has to end before. */
  private async owe(tx: Tx, executionId: string): Promise<boolean> {
    const totals = await this.campaigns.totals(tx, executionId);
    const [first] = totals;
    if (!first) return true;
    const connectionId = (await this.totals.tellerOf(tx, first)) ?? first.connectionId;
    const campaign = { ...first, connectionId };
    if (!(await this.totals.takeOver(tx, campaign))) return false;
    const values = totals.flatMap((total): MetricValue[] =>
      metrics.map((metric) => ({ ...total, connectionId, metric, value: total[fieldOf[metric]] })),
    );
    await this.totals.owe(tx, values);
    await this.totals.keepOpen(tx, campaign, first.closesAt);
    return true;
  }
}
