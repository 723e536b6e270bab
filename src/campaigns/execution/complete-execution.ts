import { execute, Log, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { ConservationError } from '../domain/execution/errors';
import { isAnnouncedSince } from '../persistence/ledger/execution.repository';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';
import { ExecutionNews } from './execution-news';

interface Sums {
  received: number;
  recipients: number;
  ended: number;
  duplicates: number;
  malformed: number;
  /** Templates whose rows do not add up. */
  unbalanced: number;
  /** Readings whose rows do not add up. */
  broken: number;
  /** Rows that the readings brought; null where there are none, as in a triggered execution. */
  listed: number | null;
}

/** Completes an execution once every chunk is done and the sums agree. */
@Injectable()
export class CompleteExecution {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: TotalsChangeRepository,
    private readonly news: ExecutionNews,
    private readonly log: Log,
  ) {}

  /** @throws {ConservationError} when everything is done and the sums still do not agree. */
  async tryComplete(executionId: string): Promise<boolean> {
    const isComplete = await this.transactions.run(async (tx) => {
      if (!(await this.isFinished(tx, executionId))) return false;
      await this.assertConservation(tx, executionId);
      const count = await execute(
        tx,
        `UPDATE execution SET state = 'COMPLETED', completed_at = now(), are_sums_folded = false WHERE id = $1 AND state = 'RUNNING'`,
        [executionId],
      );
      if (count === 1) {
        await this.changes.add(tx, [executionId]);
        await this.news.moved(tx, executionId);
      }
      return count === 1;
    });
    if (isComplete) this.log.event('execution.completed', { executionId });
    return isComplete;
  }

  private async isFinished(tx: Tx, executionId: string): Promise<boolean> {
    const rows = await query(
      tx,
      `SELECT 1 FROM execution e WHERE e.id = $1 AND e.state = 'RUNNING' AND e.read_at IS NOT NULL AND e.reading <= e.read_through
         AND NOT ${isAnnouncedSince} AND NOT EXISTS (SELECT 1 FROM execution_chunk c WHERE c.execution_id = e.id AND c.state = 'PENDING')
       FOR UPDATE`,
      [executionId],
    );
    return rows.length === 1;
  }

  private async assertConservation(tx: Tx, executionId: string): Promise<void> {
    const [sums] = await query<Sums>(
      tx,
      `SELECT e.received, e.recipients,
         (SELECT coalesce(sum(t.count), 0)::int FROM execution_tally t WHERE t.execution_id = e.id AND t.chunk_no > 0 AND t.measure NOT LIKE '%:%') AS ended,
         (SELECT coalesce(sum(x.duplicates), 0)::int FROM execution_template x WHERE x.execution_id = e.id) AS duplicates,
         (SELECT coalesce(sum(x.malformed), 0)::int FROM execution_template x WHERE x.execution_id = e.id) AS malformed,
         (SELECT count(*)::int FROM execution_template x LEFT JOIN (
             SELECT t.optimove_template_id, sum(t.count) AS ended FROM execution_tally t
             WHERE t.execution_id = $1 AND t.chunk_no > 0 AND t.measure NOT LIKE '%:%' GROUP BY 1
           ) AS t ON t.optimove_template_id = x.optimove_template_id
           WHERE x.execution_id = e.id AND x.received <> coalesce(t.ended, 0) + x.duplicates + x.malformed) AS unbalanced,
         (SELECT count(*)::int FROM execution_reading g WHERE g.execution_id = e.id AND g.finished_at IS NOT NULL
           AND g.listed <> g.added + g.known + g.erased + g.duplicates + g.malformed) AS broken,
         (SELECT sum(g.added + g.duplicates + g.malformed)::int FROM execution_reading g WHERE g.execution_id = e.id
           AND g.finished_at IS NOT NULL) AS listed
       FROM execution e WHERE e.id = $1`,
      [executionId],
    );
    if (!sums) return;
    const { received, recipients, ended, duplicates, malformed, unbalanced, broken, listed } = sums;
    const doAgree =
      recipients === ended &&
      received === ended + duplicates + malformed &&
      unbalanced === 0 &&
      broken === 0 &&
      (listed === null || listed === received);
    if (!doAgree)
      throw new ConservationError(`The sums of execution ${executionId} do not agree: ${JSON.stringify(sums)}`);
  }
}
