import { Transactions } from '@libs/platform';
import { CampaignsService } from '@modules/campaigns';
import { Injectable } from '@nestjs/common';
import { MetricTotalRepository, type MetricValue } from './persistence/metric-total.repository';

/** Takes the totals of an execution's campaign over into what is owed. */
@Injectable()
export class CollectTotals {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: CampaignsService,
    private readonly totals: MetricTotalRepository,
  ) {}

  /**
   * Doing it again changes nothing. Totals are read again after a change was written: another worker may have read
   * later and written earlier.
   */
  async run(executionId: string): Promise<void> {
    while ((await this.takeOver(executionId)) > 0);
  }

  private async takeOver(executionId: string): Promise<number> {
    const totals = await this.campaigns.totals(executionId);
    const values = totals.flatMap(({ sent, delivered, dropped, ...template }): MetricValue[] => [
      { ...template, metric: 'SENT', value: sent },
      { ...template, metric: 'DELIVERED', value: delivered },
      { ...template, metric: 'DROPPED', value: dropped },
    ]);
    return this.totals.owe(this.transactions.pool, values);
  }
}
