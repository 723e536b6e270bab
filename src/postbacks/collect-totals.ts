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

  /** Works until no change is left. A change is forgotten in the transaction that writes what is owed because of it. */
  async run(): Promise<void> {
    while ((await this.takeOver()) > 0);
  }

  private takeOver(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const executionIds = await this.campaigns.takeChangedTotals(tx, mostAtOnce);
      for (const executionId of executionIds) await this.owe(tx, executionId);
      return executionIds.length;
    });
  }

  private async owe(tx: Tx, executionId: string): Promise<void> {
    const totals = await this.campaigns.totals(tx, executionId);
    const [campaign] = totals;
    if (!campaign) return;
    const values = totals.flatMap((total): MetricValue[] =>
      metrics.map((metric) => ({ ...total, metric, value: total[fieldOf[metric]] })),
    );
    await this.totals.takeOver(tx, campaign);
    await this.totals.owe(tx, values);
    await this.totals.keepOpen(tx, campaign, campaign.closesAt);
  }
}
