import type { Medium } from '@libs/delivery';
import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { TriedMedium } from '../../domain/limits/choose-media';
import { onDay } from '../ledger/day-tables';

const triedSql = onDay(
  ({ delivery }) => `SELECT seq, medium, bool_and(state = 'REJECTED') AS "isRefused" FROM ${delivery}
  WHERE execution_id = $1 AND seq BETWEEN $2 AND $3 AND seq = ANY($4::int[]) GROUP BY seq, medium`,
);

/** Over which media people of an execution were sent to before. */
@Injectable()
export class TriedMediaRepository {
  /** By seq; who was not sent to yet is absent. */
  async of(tx: Tx, executionId: string, seqs: number[]): Promise<Map<number, TriedMedium[]>> {
    const rows = await query<TriedMedium & { seq: number }>(tx, triedSql(executionId), [
      executionId,
      Math.min(...seqs),
      Math.max(...seqs),
      seqs,
    ]);
    const tried = new Map<number, TriedMedium[]>();
    for (const { seq, medium, isRefused } of rows)
      tried.set(seq, [...(tried.get(seq) ?? []), { medium: medium as Medium, isRefused }]);
    return tried;
  }
}
