import { query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { summedTallies } from './folded-sums.repository';

/**
 * One sum of an execution: `measure` is an end state, `FAILED:BOUNCED`, `DEAD:BOUNCED`, `DELIVERY:<medium>:<state>`,
 * `BOUNCE:<medium>:<category>`, `RECEIPT:<status>` or `ENGAGED:<kind>`; of one medium `PEOPLE:<medium>:<kind>` and
 * `EVENT:<medium>:<kind>`.
 */
export interface TallyRow {
  executionId: string;
  templateId: string;
  measure: string;
  count: number;
}

/** What an execution received, per template. */
export interface TemplateSums {
  executionId: string;
  templateId: string;
  received: number;
  duplicates: number;
  malformed: number;
}

/** Sums of executions, for people to look at and for Optimove to be told. */
@Injectable()
export class FunnelRepository {
  constructor(private readonly transactions: Transactions) {}

  /** End states and deliveries of the chunks that are done, and what was heard of them; not what is of one medium alone. */
  tallies(executionIds: string[], tx: Tx = this.transactions.pool): Promise<TallyRow[]> {
    return query(
      tx,
      `SELECT t.execution_id AS "executionId", t.optimove_template_id AS "templateId", t.measure, sum(t.count)::int AS count
       FROM execution e CROSS JOIN LATERAL ${summedTallies}
       WHERE e.id = ANY($1::uuid[]) AND t.measure NOT LIKE 'PEOPLE:%' AND t.measure NOT LIKE 'EVENT:%' GROUP BY 1, 2, 3`,
      [executionIds],
    );
  }

  /** Customers per second in the chunks that were done in the last ten seconds. */
  async recentRate(executionId: string): Promise<number> {
    const [row] = await query<{ rate: number }>(
      this.transactions.pool,
      `SELECT coalesce(sum(to_seq - from_seq + 1), 0)::float / 10 AS rate FROM execution_chunk
       WHERE execution_id = $1 AND state = 'DONE' AND done_at > now() - interval '10 seconds'`,
      [executionId],
    );
    return row?.rate ?? 0;
  }

  /** Received, duplicate and malformed rows per template. */
  templateSums(executionIds: string[], tx: Tx = this.transactions.pool): Promise<TemplateSums[]> {
    return query(
      tx,
      `SELECT t.execution_id AS "executionId", t.optimove_template_id AS "templateId", t.received, t.duplicates, t.malformed
       FROM execution_template t WHERE t.execution_id = ANY($1::uuid[])`,
      [executionIds],
    );
  }
}
