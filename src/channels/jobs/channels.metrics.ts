import { Metrics, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { ReceiptRepository } from '../persistence/receipt.repository';
import { TextRepository } from '../persistence/text.repository';

/** How far the work on what providers report is behind. */
@Injectable()
export class ChannelsMetrics {
  constructor(metrics: Metrics, transactions: Transactions, receipts: ReceiptRepository, texts: TextRepository) {
    const help = (what: string): string => `Seconds that the oldest ${what} has waited for its turn`;
    const [receipt, text] = ['receipt_intake_lag_seconds', 'text_intake_lag_seconds'];
    metrics.gauge({ name: receipt, help: help('receipt') }, () => receipts.lag(transactions.pool));
    metrics.gauge({ name: text, help: help('incoming text') }, () => texts.lag(transactions.pool));
  }
}
