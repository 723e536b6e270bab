import { Metrics, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { EngagementRepository } from '../persistence/engagement.repository';
import { ChannelAlarmRepository } from '../persistence/ledger/channel-alarm.repository';
import { ChunkRepository } from '../persistence/ledger/chunk.repository';
import { TriggeredRepository } from '../persistence/ledger/triggered.repository';

/** How far the work on what people did with messages is behind. */
@Injectable()
export class EngagementMetrics {
  constructor(metrics: Metrics, transactions: Transactions, engagement: EngagementRepository) {
    const help = 'Seconds that the oldest opening, click or answer has waited for its turn';
    metrics.gauge({ name: 'engagement_intake_lag_seconds', help }, () => engagement.lag(transactions.pool));
  }
}

/** How far sending is behind, and where Optimove fell silent. */
@Injectable()
export class SendingMetrics {
  constructor(metrics: Metrics, transactions: Transactions, chunks: ChunkRepository, alarms: ChannelAlarmRepository) {
    const lag = 'Seconds that the oldest part of an audience has been due and nobody works on it yet';
    metrics.gauge({ name: 'sending_lag_seconds', help: lag }, () => chunks.lag(transactions.pool));
    const help = '1 for a channel on which Optimove announced less than half of what it usually has by this time';
    metrics.gauge({ name: 'channel_quiet', help, labels: ['connection', 'channel'] }, async () =>
      (await alarms.raised(transactions.pool)).map(({ connectionId, channelId }) => ({
        labels: { connection: connectionId, channel: channelId },
        value: 1,
      })),
    );
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
