import { Metrics, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { EngagementBatchRepository } from '../persistence/engagement-batch.repository';
import { MetricTotalRepository } from '../persistence/metric-total.repository';
import { SubscriptionStatusRepository } from '../persistence/subscription-status.repository';

/** How far Optimove's knowledge is behind: totals, what customers did, and who can be contacted. */
@Injectable()
export class PostbackMetrics {
  constructor(
    metrics: Metrics,
    transactions: Transactions,
    totals: MetricTotalRepository,
    engagement: EngagementBatchRepository,
    subscriptions: SubscriptionStatusRepository,
  ) {
    const lags = {
      postbacks: ['Seconds that the oldest total has been due to be told to Optimove', totals],
      engagement_postbacks: ['Seconds since the oldest event of a customer that Optimove is to be told of', engagement],
      subscription_postbacks: ['Seconds that the oldest subscription status has been owed to Optimove', subscriptions],
    } as const;
    for (const [name, [help, owed]] of Object.entries(lags)) {
      metrics.gauge({ name: `${name}_lag_seconds`, help }, () => owed.lag(transactions.pool));
    }
  }
}
