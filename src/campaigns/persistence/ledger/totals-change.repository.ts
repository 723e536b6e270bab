import { prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

const takersLock = 727_404;

/**
 * Executions whose totals may have changed. A change adds a row in its own transaction and locks nothing that others
 * need; whoever collects takes many rows at once.
 */
@Injectable()
export class TotalsChangeRepository {
  async add(tx: Tx, executionIds: string[]): Promise<void> {
    if (executionIds.length === 0) return;
    await query(tx, prepared('INSERT INTO totals_change (execution_id) SELECT unnest($1::uuid[])'), [executionIds]);
  }

  /**
   * Takes at most `limit` changes, oldest first, and returns their executions; they wait again if `tx` fails. One
   * taker at a time: a slow one that read older totals must not write after a faster one.
   */
  async take(tx: Tx, limit: number): Promise<string[]> {
    await query(tx, 'SELECT pg_advisory_xact_lock($1)', [takersLock]);
    const rows = await query<{ execution_id: string }>(
      tx,
      `WITH taken AS (
         DELETE FROM totals_change WHERE id IN (SELECT id FROM totals_change ORDER BY id LIMIT $1)
         RETURNING execution_id
       ) SELECT DISTINCT execution_id FROM taken`,
      [limit],
    );
    return rows.map((row) => row.execution_id);
  }
}
