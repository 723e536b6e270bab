import { Metrics, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { AttributeRepository } from '../persistence/attribute.repository';

/** How old the values are that people are excluded by. */
@Injectable()
export class SuppressionMetrics {
  constructor(metrics: Metrics, transactions: Transactions, attributes: AttributeRepository) {
    const help =
      'Seconds since the end, in UTC, of the day of the oldest data of suppression attributes that are synced';
    metrics.gauge({ name: 'suppression_data_age_seconds', help }, () => attributes.age(transactions.pool));
  }
}
