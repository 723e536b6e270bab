import { execute, Log, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { bounceOfDead, stateOfUnsent } from '../persistence/ledger/delivery.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';
import { sumsOfDeliveries } from '../persistence/ledger/sums-of-deliveries';
import { sumsOfPeople } from '../persistence/ledger/sums-of-people';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';
import { CategoryUseRepository } from '../persistence/limits/category-use.repository';
import { ExecutionNews } from './execution-news';

/** SQL: why a delivery that waits for a try is not sent: the refusal that somebody had it tried again for, or the cancellation. */
const reasonOfUnsent = `coalesce((SELECT p.reason FROM delivery_past p WHERE p.execution_id = delivery.execution_id
    AND p.seq = delivery.seq AND p.medium = delivery.medium AND p.address_key = delivery.address_key
    AND p.closed_as = 'RETRIED' ORDER BY p.closed_at DESC LIMIT 1), 'CANCELLED')`;

const connectionGone = 'The connection was deleted';

/**
 * Carries out cancellations: whoever has not been handed over ends CANCELLED, or FAILED where providers had refused them for
 * good; what was handed over stays counted.
 */
@Injectable()
export class CancelExecution {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: TotalsChangeRepository,
    private readonly stops: StopRepository,
    private readonly news: ExecutionNews,
    private readonly log: Log,
    private readonly uses: CategoryUseRepository,
  ) {}

  /**
   * Carries out what was asked for and is possible now; a chunk whose requests are in flight is waited for. A deleted
   * connection asks for it, also where the job that was to tell of it is gone.
   */
  async run(limit: number): Promise<void> {
    const { pool } = this.transactions;
    await this.stops.requestCancel(pool, await this.stops.ofDeletedConnections(pool, limit), connectionGone);
    for (const id of await this.stops.cancelling(pool, limit)) {
      await this.carryOut(id).catch((error: unknown) =>
        this.log.failure('execution.not-cancelled', error, { executionId: id }),
      );
    }
  }

  /** Cancels whatever is unfinished over a connection that was deleted. */
  async ofConnection(connectionId: string): Promise<void> {
    const pool = this.transactions.pool;
    const unfinished = await this.stops.unfinishedOf(pool, connectionId);
    for (const id of await this.stops.requestCancel(pool, unfinished, connectionGone)) await this.carryOut(id);
  }

  /** False while a chunk is still being worked on. */
  async carryOut(executionId: string): Promise<boolean> {
    const isDone = await this.transactions.run(async (tx) => {
      const locked = await query(
        tx,
        `SELECT 1 FROM execution WHERE id = $1 AND cancel_requested_at IS NOT NULL
           AND state IN ('ANNOUNCED', 'READING', 'RUNNING') FOR UPDATE`,
        [executionId],
      );
      if (locked.length === 0 || (await this.isBusy(tx, executionId))) return false;
      await this.endPeople(tx, executionId);
      await query(tx, 'SET LOCAL enable_nestloop = on');
      await this.tally(tx, executionId);
      await execute(
        tx,
        `UPDATE execution_chunk SET state = 'DONE', done_at = now(), fence = fence + 1 WHERE execution_id = $1 AND state = 'PENDING'`,
        [executionId],
      );
      await execute(
        tx,
        `UPDATE execution SET state = 'CANCELLED', completed_at = now(), held_until = NULL, are_sums_folded = false WHERE id = $1`,
        [executionId],
      );
      await this.uses.giveBackCancelled(tx, executionId);
      await this.changes.add(tx, [executionId]);
      await this.news.moved(tx, executionId);
      return true;
    });
    if (isDone) this.log.event('execution.cancelled', { executionId });
    return isDone;
  }

  private async isBusy(tx: Tx, executionId: string): Promise<boolean> {
    const rows = await query(
      tx,
      `SELECT 1 FROM execution_chunk WHERE execution_id = $1 AND state = 'PENDING' AND held_until > now() LIMIT 1`,
      [executionId],
    );
    return rows.length > 0;
  }

  /**
   * What a worker that is gone left claimed is UNCERTAIN; what waited for another try is given up, and what somebody had
   * tried again once more as refused as it was.
   */
  private async endPeople(tx: Tx, executionId: string): Promise<void> {
    // The day's partitions may have no statistics, and a nested loop over everybody would not end.
    await query(tx, 'SET LOCAL enable_nestloop = off');
    await execute(
      tx,
      `UPDATE delivery SET state = CASE WHEN state = 'CLAIMED' THEN 'UNCERTAIN' ELSE ${stateOfUnsent} END,
         reason = CASE WHEN state = 'CLAIMED' THEN 'The worker stopped before the answer was written' ELSE ${reasonOfUnsent} END,
         answered_at = now()
       WHERE execution_id = $1 AND state IN ('CLAIMED', 'RETRY')`,
      [executionId],
    );
    await execute(
      tx,
      `UPDATE recipient r SET ended_at = now(), end_state = coalesce(t.end_state, 'CANCELLED'),
         reason = CASE t.end_state WHEN 'SENT' THEN NULL WHEN 'UNCERTAIN' THEN NULL WHEN 'FAILED' THEN t.refusal
           ELSE 'The execution was cancelled before this customer' END
       FROM recipient open LEFT JOIN (
         SELECT seq, CASE WHEN bool_or(state = 'ACCEPTED') THEN 'SENT' WHEN bool_or(state = 'UNCERTAIN') THEN 'UNCERTAIN'
             WHEN bool_or(state = 'REJECTED' AND reason IS DISTINCT FROM 'CANCELLED') THEN 'FAILED' END AS end_state,
           min(reason) FILTER (WHERE state = 'REJECTED' AND reason <> 'CANCELLED') AS refusal
         FROM delivery WHERE execution_id = $1 GROUP BY seq
       ) t ON t.seq = open.seq
       WHERE open.execution_id = $1 AND open.end_state IS NULL AND r.execution_id = $1 AND r.seq = open.seq`,
      [executionId],
    );
    await execute(tx, `${bounceOfDead} AND r.end_state = 'FAILED'`, [executionId]);
  }

  private async tally(tx: Tx, executionId: string): Promise<void> {
    await query(
      tx,
      `INSERT INTO execution_tally AS t (execution_id, chunk_no, optimove_template_id, measure, count)
       ${sumsOfPeople({ chunkNo: 'c.chunk_no', source: openPeople })}
       UNION ALL
       ${sumsOfDeliveries({ chunkNo: 'c.chunk_no', source: openDeliveries })}
       ON CONFLICT ON CONSTRAINT pk_execution_tally DO UPDATE SET count = excluded.count`,
      [executionId],
    );
  }
}

const openPeople = `FROM execution_chunk c JOIN recipient r ON r.execution_id = $1 AND r.seq BETWEEN c.from_seq AND c.to_seq
  WHERE c.execution_id = $1 AND c.state = 'PENDING'`;

const openDeliveries = `FROM execution_chunk c
  JOIN delivery d ON d.execution_id = $1 AND d.seq BETWEEN c.from_seq AND c.to_seq
  JOIN recipient r ON r.execution_id = $1 AND r.seq = d.seq WHERE c.execution_id = $1 AND c.state = 'PENDING'`;
