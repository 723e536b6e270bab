import { Log, Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { type OwedMetric, waitSeconds } from './domain/metric';
import { MetricTotalRepository } from './persistence/metric-total.repository';
import { type CallOutcome, type FailedOutcome, outcomeOf } from './roads/call-outcome';
import { MetricsRoad } from './roads/metrics.road';

type Failure = Exclude<CallOutcome, { outcome: 'ACKNOWLEDGED' }>;

/** Well below the clock's lease, so that the last call of a run ends while the lease is still held. */
const longestRunMs = 25_000;

/** Posts what is owed to Optimove, at most 100 values a call, and keeps what it acknowledged. */
@Injectable()
export class PostMetrics {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly totals: MetricTotalRepository,
    private readonly road: MetricsRoad,
    private readonly log: Log,
  ) {}

  /** Posts until nothing of the connection is due, Optimove fails, or the run is long. The caller holds the connection's lease. */
  async run(connectionId: string): Promise<void> {
    const connection = await this.connections.find(connectionId);
    await this.totals.endInterrupted(this.transactions.pool, connectionId);
    if (!connection || connection.isDisabled) {
      await this.totals.putOff(this.transactions.pool, connectionId);
      return;
    }
    await this.totals.expire(this.transactions.pool, connectionId);
    const endsAt = Date.now() + longestRunMs;
    while (Date.now() < endsAt && (await this.postBatch(connection)));
  }

  /** Whether more may be due. */
  private async postBatch(connection: ConnectionView): Promise<boolean> {
    if (connection.metricsMode === 'DELTA') {
      await this.totals.settleWithoutGrowth(this.transactions.pool, connection.id);
    }
    const rows = await this.totals.take(this.transactions.pool, connection, this.road.largest);
    if (rows.length === 0) return false;
    return (await this.post(connection, rows)) && rows.length === this.road.largest;
  }

  /** Whether Optimove answered for every value; a refused list is halved until the value at fault stands alone. */
  private async post(connection: ConnectionView, rows: OwedMetric[]): Promise<boolean> {
    const call = await outcomeOf(() => this.road.tell(connection, rows));
    if (call.outcome !== 'ACKNOWLEDGED') {
      if (rows.length > 1 && call.isDivisible) {
        const half = Math.ceil(rows.length / 2);
        const isFirstDone = await this.post(connection, rows.slice(0, half));
        return (await this.post(connection, rows.slice(half))) && isFirstDone;
      }
      await this.noteFailure(connection, rows, call);
      return call.outcome === 'REFUSED';
    }
    await this.totals.acknowledge(this.transactions.pool, rows, connection.metricsMode);
    this.log.event('postbacks.posted', { connectionId: connection.id, values: rows.length });
    return true;
  }

  private async noteFailure(connection: ConnectionView, rows: OwedMetric[], failure: Failure): Promise<void> {
    this.log.failure('postbacks.not-posted', failure.cause, { connectionId: connection.id, values: rows.length });
    const tries = Math.max(...rows.map((row) => row.tries)) + 1;
    await this.totals.fail(this.transactions.pool, rows, {
      state: stateAfter(failure.outcome, connection),
      error: failure.error,
      waitSeconds: waitSeconds(tries),
    });
  }
}

/** A total may be posted again at any time; an addition only when it is certain that it did not count. */
function stateAfter(outcome: FailedOutcome, { metricsMode }: ConnectionView): 'OWED' | 'REFUSED' | 'UNCERTAIN' {
  if (outcome === 'REFUSED') return 'REFUSED';
  return outcome === 'DOUBT' && metricsMode === 'DELTA' ? 'UNCERTAIN' : 'OWED';
}
