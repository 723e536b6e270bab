import { Metrics, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { MetricTotalRepository } from '../persistence/metric-total.repository';

/** How far Optimove's knowledge is behind. */
@Injectable()
export class PostbackMetrics {
  constructor(metrics: Metrics, transactions: Transactions, totals: MetricTotalRepository) {
    const help = 'Seconds that the oldest total has been due to be told to Optimove';
    metrics.gauge({ name: 'postbacks_lag_seconds', help }, () => totals.lag(transactions.pool));
  }
}
