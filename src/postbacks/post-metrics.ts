import { toError } from '@libs/foundation';
import { largestWrite, metricIds, OptimoveRateLimitedError, OptimoveUnavailableError } from '@libs/optimove-client';
import { Log, Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { type Metric, type OwedMetric, valueToPost, waitSeconds } from './domain/metric';
import { MetricTotalRepository } from './persistence/metric-total.repository';

const idOf: Record<Metric, number> = {
  SENT: metricIds.sent,
  DELIVERED: metricIds.delivered,
  DROPPED: metricIds.dropped,
};
const longestError = 500;

/** Posts what is owed to Optimove, at most 100 values a call, and keeps what it acknowledged. */
@Injectable()
export class PostMetrics {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly totals: MetricTotalRepository,
    private readonly log: Log,
  ) {}

  /** Posts until nothing of the connection is due or Optimove refuses. The caller holds the connection's lease. */
  async run(connectionId: string): Promise<void> {
    const connection = await this.connections.find(connectionId);
    if (!connection || connection.isDisabled) return;
    if (connection.metricsMode === 'DELTA') {
      await this.totals.doubtInterrupted(this.transactions.pool, connectionId);
    }
    while (await this.postBatch(connection));
  }

  private async postBatch(connection: ConnectionView): Promise<boolean> {
    const rows = await this.totals.take(this.transactions.pool, connection.id, largestWrite);
    if (rows.length === 0) return false;
    try {
      const client = await this.connections.clientFor(connection.id);
      await client.updateCampaignMetrics({ rows: rows.map((row) => toWire(row, connection)) });
    } catch (error) {
      await this.noteFailure(connection, rows, error);
      return false;
    }
    await this.totals.acknowledge(this.transactions.pool, rows);
    this.log.event('postbacks.posted', { connectionId: connection.id, values: rows.length });
    return rows.length === largestWrite;
  }

  private async noteFailure(connection: ConnectionView, rows: OwedMetric[], error: unknown): Promise<void> {
    this.log.failure('postbacks.not-posted', error, { connectionId: connection.id, values: rows.length });
    const tries = Math.max(...rows.map((row) => row.tries)) + 1;
    await this.totals.fail(this.transactions.pool, rows, {
      state: stateAfter(error, connection),
      error: toError(error).message.slice(0, longestError),
      waitSeconds: waitSeconds(tries),
    });
  }
}

function toWire(row: OwedMetric, { metricsMode }: ConnectionView) {
  return {
    campaignId: row.optimoveCampaignId,
    channelId: row.optimoveChannelId,
    templateId: row.optimoveTemplateId,
    metricId: idOf[row.metric],
    value: valueToPost(row, metricsMode),
  };
}

/** A total may be posted again at any time; an addition only when it is certain that it did not count. */
function stateAfter(error: unknown, { metricsMode }: ConnectionView): 'OWED' | 'REFUSED' | 'UNCERTAIN' {
  if (error instanceof OptimoveRateLimitedError) return 'OWED';
  if (error instanceof OptimoveUnavailableError) return metricsMode === 'ABSOLUTE' ? 'OWED' : 'UNCERTAIN';
  return 'REFUSED';
}
