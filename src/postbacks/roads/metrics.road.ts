import { largestWrite, metricIds } from '@libs/optimove-client';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { type Metric, type OwedMetric, valueToPost } from '../domain/metric';
import { LastWord } from './last-word';
import type { Road } from './road';

const idOf: Record<Metric, number> = {
  SENT: metricIds.sent,
  DELIVERED: metricIds.delivered,
  DROPPED: metricIds.dropped,
  OPENED: metricIds.opened,
  CLICKED: metricIds.clicked,
  UNSUBSCRIBED: metricIds.unsubscribed,
  COMPLAINED: metricIds.spam,
  BOUNCED: metricIds.bounced,
};

/** Totals by UpdateCampaignMetrics. */
@Injectable()
export class MetricsRoad implements Road<OwedMetric[]> {
  readonly largest = largestWrite;

  constructor(
    private readonly connections: ConnectionsService,
    private readonly lastWord: LastWord,
  ) {}

  async tell(connection: ConnectionView, totals: OwedMetric[]): Promise<void> {
    const client = await this.connections.clientFor(connection.id);
    const rows = totals.map((row) => ({
      campaignId: row.optimoveCampaignId,
      channelId: row.optimoveChannelId,
      templateId: row.optimoveTemplateId,
      metricId: idOf[row.metric],
      value: valueToPost(row, connection.metricsMode),
    }));
    await client.updateCampaignMetrics({ rows, lastWord: this.lastWord.for(connection) });
  }
}
