import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { OpenRecipient } from './chunk.repository';

/** Why a customer ended who is the same person as another one of the list. */
export const samePerson = 'Another customer in the list has the same user ID';

/** Customers who ended because another one is the same person, and how far they were remembered. */
@Injectable()
export class SamePeopleRepository {
  /** Executions of which some are still to be remembered. */
  async executions(tx: Tx, limit: number): Promise<string[]> {
    const sql = 'SELECT id FROM execution WHERE same_people_after IS NOT NULL ORDER BY id LIMIT $1';
    return (await query<{ id: string }>(tx, sql, [limit])).map(({ id }) => id);
  }

  /** The next of them in the order of their places. */
  next(tx: Tx, executionId: string, limit: number): Promise<OpenRecipient[]> {
    return query(
      tx,
      `SELECT r.seq, r.customer_id AS "customerId", r.optimove_template_id AS "templateId", s.attributes,
         r.profile_id AS "profileId", r.due_at AS "dueAt"
       FROM execution e JOIN recipient r ON r.execution_id = e.id AND r.seq > e.same_people_after
       JOIN recipient_staging s ON s.execution_id = $1 AND s.reading = r.reading AND s.row_no = r.row_no
       WHERE e.id = $1 AND r.execution_id = $1 AND r.end_state = 'DUPLICATE' AND r.reason = $2 ORDER BY r.seq LIMIT $3`,
      [executionId, samePerson, limit],
    );
  }

  /** Those up to `seq` are remembered. */
  async remembered(tx: Tx, executionId: string, seq: number): Promise<void> {
    await execute(tx, 'UPDATE execution SET same_people_after = $2 WHERE id = $1 AND same_people_after < $2', [
      executionId,
      seq,
    ]);
  }

  /** Says that none is left, unless a reading has just brought more. */
  async finish(tx: Tx, executionId: string): Promise<void> {
    await query(tx, 'SELECT FROM execution WHERE id = $1 FOR UPDATE', [executionId]);
    if ((await this.next(tx, executionId, 1)).length > 0) return;
    await this.give(tx, executionId);
  }

  /** Gives up what is left. */
  async give(tx: Tx, executionId: string): Promise<void> {
    await execute(tx, 'UPDATE execution SET same_people_after = NULL WHERE id = $1', [executionId]);
  }
}
