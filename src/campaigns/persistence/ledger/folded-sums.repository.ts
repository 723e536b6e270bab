import { AppError } from '@libs/foundation';
import { execute, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** The number under which the sums of the first chunks of an execution are kept; 0 has what is counted without a chunk. */
const folded = -1;
const lastChunk = 2_147_483_647;
/** One that failed was never frozen and has no sums. */
const isOver = `state IN ('COMPLETED', 'CANCELLED')`;
const isOpenDay = `kind = 'TRIGGERED' AND state = 'RUNNING'`;

/**
 * SQL, after FROM or CROSS JOIN LATERAL: the tallies `t` that together are the sums of the execution `e`. Of chunks that
 * are folded it reads one for each template and measure.
 */
export const summedTallies = `(VALUES (CASE WHEN e.sums_folded_to > 0 THEN ${folded} ELSE 0 END - 1, 0), (e.sums_folded_to, ${lastChunk}))
  AS span(above, upto) JOIN execution_tally t ON t.execution_id = e.id AND t.chunk_no > span.above AND t.chunk_no <= span.upto`;

/** Chunks were summed again, or folded by somebody else, while their sums were folded; nothing of that may be written. */
export class SumsChangedError extends AppError {
  readonly code = 'SUMS_CHANGED';
  readonly retryable = true;
}

interface Foldable {
  isOver: boolean;
  version: number;
  from: number;
  to: number;
}

/** From now on the sums of the execution are read chunk by chunk. To be called before chunks are summed again, in the same transaction. */
export async function unfoldSums(tx: Tx, executionId: string): Promise<void> {
  await execute(
    tx,
    `UPDATE execution SET are_sums_folded = false, sums_folded_to = 0, sums_version = sums_version + 1 WHERE id = $1`,
    [executionId],
  );
}

/** The sums of chunks, added up: a triggered execution has a chunk for a message. */
@Injectable()
export class FoldedSumsRepository {
  constructor(private readonly transactions: Transactions) {}

  /** The newest execution whose sums wait to be folded, of those older than `beforeId`; open triggered days are among them. */
  async nextUnfolded(beforeId: string | null): Promise<string | null> {
    const [row] = await query<{ id: string }>(
      this.transactions.pool,
      `SELECT id FROM execution WHERE (${isOver} AND NOT are_sums_folded OR ${isOpenDay}) AND ($1::uuid IS NULL OR id < $1)
       ORDER BY id DESC LIMIT 1`,
      [beforeId],
    );
    return row?.id ?? null;
  }

  /**
   * Folds the sums of the chunks before the first that is not done; an execution that is over has none such. `tx` is to be
   * rolled back when this throws. @throws {SumsChangedError} when chunks were summed again or folded meanwhile.
   */
  async fold(tx: Tx, executionId: string): Promise<void> {
    const foldable = await this.foldable(tx, executionId);
    if (!foldable) return;
    const { isOver: isFolded, version, from, to } = foldable;
    if (from === 0) await this.forget(tx, executionId);
    await execute(
      tx,
      `INSERT INTO execution_tally AS t (execution_id, chunk_no, optimove_template_id, measure, count)
       SELECT execution_id, ${folded}, optimove_template_id, measure, sum(count) FROM execution_tally
       WHERE execution_id = $1 AND chunk_no > $2 AND chunk_no <= $3 GROUP BY 1, 3, 4
       ON CONFLICT ON CONSTRAINT pk_execution_tally DO UPDATE SET count = t.count + excluded.count`,
      [executionId, from, to],
    );
    // Last, because callbacks of an open day get no places while its row is locked.
    const count = await execute(
      tx,
      'UPDATE execution SET are_sums_folded = $4, sums_folded_to = $5 WHERE id = $1 AND sums_version = $2 AND sums_folded_to = $3',
      [executionId, version, from, isFolded, to],
    );
    if (count === 0) throw new SumsChangedError(`Sums of execution ${executionId} changed while they were folded`);
  }

  private async foldable(tx: Tx, executionId: string): Promise<Foldable | null> {
    const [row] = await query<Foldable>(
      tx,
      `SELECT ${isOver} AS "isOver", sums_version AS version, sums_folded_to AS "from", greatest(sums_folded_to, coalesce(
           (SELECT min(chunk_no) - 1 FROM execution_chunk WHERE execution_id = $1 AND state = 'PENDING'),
           (SELECT max(chunk_no) FROM execution_tally WHERE execution_id = $1))) AS "to"
       FROM execution WHERE id = $1 AND (${isOver} AND NOT are_sums_folded OR ${isOpenDay})`,
      [executionId],
    );
    return row ?? null;
  }

  private async forget(tx: Tx, executionId: string): Promise<void> {
    await execute(tx, `DELETE FROM execution_tally WHERE execution_id = $1 AND chunk_no = ${folded}`, [executionId]);
  }
}
