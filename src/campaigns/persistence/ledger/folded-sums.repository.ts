import { execute, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** The number under which the sums of all chunks of a completed or cancelled execution are kept; 0 has what is counted without a chunk. */
const folded = -1;
const lastChunk = 2_147_483_647;
/** One that failed was never frozen and has no sums. */
const isFoldable = `state IN ('COMPLETED', 'CANCELLED')`;

/**
 * SQL: the tallies `t` that together are the sums of the execution `e`. Folded ones do not grow with its chunks; they
 * hold only while it is completed or cancelled and no chunk was summed again.
 */
export const isSummed = `t.execution_id = e.id AND t.chunk_no
  BETWEEN CASE WHEN e.${isFoldable} AND e.are_sums_folded THEN ${folded} ELSE 0 END
  AND CASE WHEN e.${isFoldable} AND e.are_sums_folded THEN 0 ELSE ${lastChunk} END`;

/** The sums of chunks, added up once an execution is completed or cancelled: a triggered one has a chunk for a message. */
@Injectable()
export class FoldedSumsRepository {
  constructor(private readonly transactions: Transactions) {}

  /** The newest completed or cancelled execution whose sums wait to be folded, of those older than `beforeId`. */
  async nextUnfolded(beforeId: string | null): Promise<string | null> {
    const [row] = await query<{ id: string }>(
      this.transactions.pool,
      `SELECT id FROM execution WHERE ${isFoldable} AND NOT are_sums_folded AND ($1::uuid IS NULL OR id < $1)
       ORDER BY id DESC LIMIT 1`,
      [beforeId],
    );
    return row?.id ?? null;
  }

  /** Folds the sums of an execution, unless it is open again. */
  async fold(tx: Tx, executionId: string): Promise<void> {
    const count = await execute(
      tx,
      `UPDATE execution SET are_sums_folded = true WHERE id = $1 AND ${isFoldable} AND NOT are_sums_folded`,
      [executionId],
    );
    if (count === 0) return;
    await execute(tx, `DELETE FROM execution_tally WHERE execution_id = $1 AND chunk_no = ${folded}`, [executionId]);
    await execute(
      tx,
      `INSERT INTO execution_tally (execution_id, chunk_no, optimove_template_id, measure, count)
       SELECT execution_id, ${folded}, optimove_template_id, measure, sum(count) FROM execution_tally
       WHERE execution_id = $1 AND chunk_no > 0 GROUP BY 1, 3, 4`,
      [executionId],
    );
  }
}
