import { Metrics, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { EngagementRepository } from '../persistence/engagement.repository';
import { TriggeredRepository } from '../persistence/ledger/triggered.repository';

/** How far the work on what people did with messages is behind. */
@Injectable()
export class EngagementMetrics {
  constructor(metrics: Metrics, transactions: Transactions, engagement: EngagementRepository) {
    const help = 'Seconds that the oldest opening, click or answer has waited for its turn';
    metrics.gauge({ name: 'engagement_intake_lag_seconds', help }, () => engagement.lag(transactions.pool));
  }
}

/** How long triggered callbacks wait. */
@Injectable()
export class TriggeredMetrics {
  constructor(metrics: Metrics, transactions: Transactions, triggered: TriggeredRepository) {
    const help = 'Seconds that the oldest triggered callback has waited for its place';
    metrics.gauge({ name: 'triggered_intake_lag_seconds', help }, () => triggered.lag(transactions.pool));
  }
}
