import { execute, Log, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { ConservationError } from '../domain/execution/errors';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';

interface Sums {
  received: number;
  recipients: number;
  ended: number;
  duplicates: number;
  malformed: number;
  listed: number;
  reading: number;
  kind: string;
}

/** Completes an execution once every chunk is done and the sums agree. */
@Injectable()
export class CompleteExecution {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: TotalsChangeRepository,
    private readonly log: Log,
  ) {}

  /** @throws {ConservationError} when everything is done and the sums still do not agree. */
  async tryComplete(executionId: string): Promise<boolean> {
    const isComplete = await this.transactions.run(async (tx) => {
      if (!(await this.isFinished(tx, executionId))) return false;
      await this.assertConservation(tx, executionId);
      const count = await execute(
        tx,
        `UPDATE execution SET state = 'COMPLETED', completed_at = now() WHERE id = $1 AND state = 'RUNNING'`,
        [executionId],
      );
      if (count === 1) await this.changes.add(tx, [executionId]);
      return count === 1;
    });
    if (isComplete) this.log.event('execution.completed', { executionId });
    return isComplete;
  }

  private async isFinished(tx: Tx, executionId: string): Promise<boolean> {
    const rows = await query(
      tx,
      `SELECT 1 FROM execution e WHERE e.id = $1 AND e.state = 'RUNNING' AND e.read_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM execution_chunk c WHERE c.execution_id = e.id AND c.state = 'PENDING')
       FOR UPDATE`,
      [executionId],
    );
    return rows.length === 1;
  }

  private async assertConservation(tx: Tx, executionId: string): Promise<void> {
    const [sums] = await query<Sums>(
      tx,
      `SELECT e.received, e.recipients, e.reading, e.kind,
         (SELECT coalesce(sum(t.count), 0)::int FROM execution_tally t WHERE t.execution_id = e.id AND t.measure NOT LIKE '%:%') AS ended,
         (SELECT coalesce(sum(x.duplicates), 0)::int FROM execution_template x WHERE x.execution_id = e.id) AS duplicates,
         (SELECT coalesce(sum(x.malformed), 0)::int FROM execution_template x WHERE x.execution_id = e.id) AS malformed,
         (SELECT coalesce(sum(p.received), 0)::int FROM execution_page p WHERE p.execution_id = e.id AND p.reading = 1) AS listed
       FROM execution e WHERE e.id = $1`,
      [executionId],
    );
    if (!sums) return;
    const { received, recipients, ended, duplicates, malformed, listed, reading, kind } = sums;
    const doAgree =
      recipients === ended &&
      received === ended + duplicates + malformed &&
      (reading > 1 || kind === 'TRIGGERED' || listed === received);
    if (!doAgree)
      throw new ConservationError(`The sums of execution ${executionId} do not agree: ${JSON.stringify(sums)}`);
  }
}
