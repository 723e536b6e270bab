import { Metrics, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { AttributeRepository } from '../persistence/attribute.repository';
import { ExclusionRuleRepository } from '../persistence/exclusion-rule.repository';

/** How old the values are that people are excluded by, and whether rules can rest on them. */
@Injectable()
export class SuppressionMetrics {
  constructor(
    metrics: Metrics,
    transactions: Transactions,
    attributes: AttributeRepository,
    rules: ExclusionRuleRepository,
  ) {
    const ageHelp =
      'Seconds since the end, in UTC, of the day of the oldest data of suppression attributes that are synced';
    metrics.gauge({ name: 'suppression_data_age_seconds', help: ageHelp }, () => attributes.age(transactions.pool));
    const rulesHelp =
      'Exclusion rules whose data cannot be relied on: never synced, too old, failed, stopped, or a day missed';
    metrics.gauge({ name: 'suppression_rules_unreliable', help: rulesHelp }, () => rules.unreliable(transactions.pool));
  }
}
