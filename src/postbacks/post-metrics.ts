import { toError } from '@libs/foundation';
import { largestWrite, metricIds, OptimoveRejectedError } from '@libs/optimove-client';
import { isRetryable, Log, Transactions } from '@libs/platform';
import { ConnectionNotFoundError, ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { type Metric, type OwedMetric, valueToPost, waitSeconds } from './domain/metric';
import { isNotReached } from './not-reached';
import { MetricTotalRepository } from './persistence/metric-total.repository';

const idOf: Record<Metric, number> = {
  SENT: metricIds.sent,
  DELIVERED: metricIds.delivered,
  DROPPED: metricIds.dropped,
};
const longestError = 500;
/** Well below the clock's lease, so that the last call of a run ends while the lease is still held. */
const longestRunMs = 25_000;
const badRequest = 400;

/** Posts what is owed to Optimove, at most 100 values a call, and keeps what it acknowledged. */
@Injectable()
export class PostMetrics {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly totals: MetricTotalRepository,
    private readonly log: Log,
  ) {}

  /** Posts until nothing of the connection is due, Optimove fails, or the run is long. The caller holds the connection's lease. */
  async run(connectionId: string): Promise<void> {
    const connection = await this.connections.find(connectionId);
    if (!connection || connection.isDisabled) {
      await this.totals.putOff(this.transactions.pool, connectionId);
      return;
    }
    if (connection.metricsMode === 'DELTA') {
      await this.totals.doubtInterrupted(this.transactions.pool, connectionId);
    }
    const endsAt = Date.now() + longestRunMs;
    while (Date.now() < endsAt && (await this.postBatch(connection)));
  }

  /** Whether more may be due. */
  private async postBatch(connection: ConnectionView): Promise<boolean> {
    if (connection.metricsMode === 'DELTA') {
      await this.totals.settleWithoutGrowth(this.transactions.pool, connection.id);
    }
    const rows = await this.totals.take(this.transactions.pool, connection.id, largestWrite);
    if (rows.length === 0) return false;
    return (await this.post(connection, rows)) && rows.length === largestWrite;
  }

  /** Whether Optimove answered for every value; a refused list is halved until the value at fault stands alone. */
  private async post(connection: ConnectionView, rows: OwedMetric[]): Promise<boolean> {
    try {
      const client = await this.connections.clientFor(connection.id);
      await client.updateCampaignMetrics({ rows: rows.map((row) => toWire(row, connection)) });
    } catch (error) {
      if (rows.length > 1 && error instanceof OptimoveRejectedError && error.status === badRequest) {
        const half = Math.ceil(rows.length / 2);
        const isFirstDone = await this.post(connection, rows.slice(0, half));
        return (await this.post(connection, rows.slice(half))) && isFirstDone;
      }
      await this.noteFailure(connection, rows, error);
      return error instanceof OptimoveRejectedError;
    }
    await this.totals.acknowledge(this.transactions.pool, rows, connection.metricsMode);
    this.log.event('postbacks.posted', { connectionId: connection.id, values: rows.length });
    return true;
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
  if (isNotReached(error)) return 'OWED';
  if (error instanceof OptimoveRejectedError || error instanceof ConnectionNotFoundError) return 'REFUSED';
  if (metricsMode === 'DELTA') return 'UNCERTAIN';
  return isRetryable(error) ? 'OWED' : 'REFUSED';
}
