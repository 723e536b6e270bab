import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { OpenRecipient } from './chunk.repository';

/** Why a customer ended who is the same person as another one of the list. */
export const samePerson = 'Another customer in the list has the same user ID';

/** How far the customers of an execution are remembered. */
export interface SamePeopleProgress {
  /** The place of the last one. */
  after: number;
  /** The reading that brought the last of the list. */
  readThrough: number;
}

/** Customers who ended because another one is the same person, and how far they were remembered. */
@Injectable()
export class SamePeopleRepository {
  /** Executions of which some are still to be remembered. */
  async executions(tx: Tx, limit: number): Promise<string[]> {
    const sql = 'SELECT id FROM execution WHERE same_people_after IS NOT NULL ORDER BY id LIMIT $1';
    return (await query<{ id: string }>(tx, sql, [limit])).map(({ id }) => id);
  }

  /** How far they are remembered; null when all are. */
  async progress(tx: Tx, executionId: string): Promise<SamePeopleProgress | null> {
    const [row] = await query<SamePeopleProgress>(
      tx,
      `SELECT same_people_after AS after, read_through AS "readThrough" FROM execution
       WHERE id = $1 AND same_people_after IS NOT NULL`,
      [executionId],
    );
    return row ?? null;
  }

  /** The next of them in the order of their places. */
  next(tx: Tx, executionId: string, { after, limit }: { after: number; limit: number }): Promise<OpenRecipient[]> {
    return query(
      tx,
      `SELECT r.seq, r.customer_id AS "customerId", r.optimove_template_id AS "templateId", s.attributes,
         r.profile_id AS "profileId", r.due_at AS "dueAt"
       FROM recipient r JOIN recipient_staging s ON s.execution_id = $1 AND s.reading = r.reading AND s.row_no = r.row_no
       WHERE r.execution_id = $1 AND r.seq > $2 AND r.end_state = 'DUPLICATE' AND r.reason = $3 ORDER BY r.seq LIMIT $4`,
      [executionId, after, samePerson, limit],
    );
  }

  /** Those up to `seq` are remembered; null: all are, unless a reading has just brought more. */
  async remembered(tx: Tx, executionId: string, seen: SamePeopleProgress, seq: number | null): Promise<void> {
    await execute(
      tx,
      `UPDATE execution SET same_people_after = $4 WHERE id = $1 AND same_people_after = $2
         AND ($4::integer IS NOT NULL OR read_through = $3)`,
      [executionId, seen.after, seen.readThrough, seq],
    );
  }

  /** Gives up what is left. */
  async give(tx: Tx, executionId: string): Promise<void> {
    await execute(tx, 'UPDATE execution SET same_people_after = NULL WHERE id = $1', [executionId]);
  }
}
