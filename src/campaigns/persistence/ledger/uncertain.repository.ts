import type { Medium } from '@libs/delivery';
import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A hand-over of which it cannot be known whether the provider accepted it. */
export interface UncertainDelivery {
  seq: number;
  customerId: string;
  profileId: string;
  medium: Medium;
  addressKey: string;
  reason: string | null;
  attempt: number;
  version: number;
  claimedAt: Date;
}

/** Failed hand-overs of one kind of reason. */
export interface FailureClass {
  reason: string;
  customers: number;
}

/** Where a page of uncertain deliveries goes on. */
export interface AfterDelivery {
  seq: number;
  medium: string;
  addressKey: string;
}

/** Deliveries that wait for somebody's decision. Only chunks whose sums have such deliveries are looked into. */
@Injectable()
export class UncertainRepository {
  constructor(private readonly transactions: Transactions) {}

  /** In the order of the audience. */
  list(executionId: string, after: AfterDelivery | null, limit: number): Promise<UncertainDelivery[]> {
    return query(
      this.transactions.pool,
      `SELECT d.seq, r.customer_id AS "customerId", d.profile_id AS "profileId", d.medium, d.address_key AS "addressKey",
         d.reason, d.attempts AS attempt, d.fence AS version, d.claimed_at AS "claimedAt"
       FROM execution_chunk c
       JOIN delivery d ON d.execution_id = $1 AND d.seq BETWEEN c.from_seq AND c.to_seq AND d.state = 'UNCERTAIN'
       JOIN recipient r ON r.execution_id = $1 AND r.seq = d.seq
       WHERE c.execution_id = $1 AND ${mayHave(`'DELIVERY:%:UNCERTAIN'`)} AND c.to_seq >= $2
         AND (d.seq, d.medium, d.address_key) > ($2, $3, $4)
       ORDER BY d.seq, d.medium, d.address_key LIMIT $5`,
      [executionId, after?.seq ?? 0, after?.medium ?? '', after?.addressKey ?? '', limit],
    );
  }

  /** How many there are. */
  async count(executionId: string): Promise<number> {
    const [row] = await query<{ count: number }>(
      this.transactions.pool,
      `SELECT count(*)::int AS count FROM execution_chunk c
       JOIN delivery d ON d.execution_id = $1 AND d.seq BETWEEN c.from_seq AND c.to_seq AND d.state = 'UNCERTAIN'
       WHERE c.execution_id = $1 AND ${mayHave(`'DELIVERY:%:UNCERTAIN'`)}`,
      [executionId],
    );
    return row?.count ?? 0;
  }

  /** Failed customers by the class of their reasons; one with two kinds of failure is in both. */
  failures(executionId: string): Promise<FailureClass[]> {
    return query(
      this.transactions.pool,
      `SELECT split_part(d.reason, ':', 1) AS reason, count(DISTINCT d.seq)::int AS customers
       FROM execution_chunk c
       JOIN recipient r ON r.execution_id = $1 AND r.seq BETWEEN c.from_seq AND c.to_seq AND r.end_state = 'FAILED'
       JOIN delivery d ON d.execution_id = $1 AND d.seq = r.seq AND d.state = 'REJECTED'
       WHERE c.execution_id = $1 AND ${mayHave(`'FAILED'`)} GROUP BY 1 ORDER BY 2 DESC, 1`,
      [executionId],
    );
  }
}

/** Chunks whose sums have such a measure, or that have no final sums yet. */
function mayHave(measure: string): string {
  return `(c.state = 'PENDING' OR EXISTS (SELECT 1 FROM execution_tally t WHERE t.execution_id = c.execution_id
    AND t.chunk_no = c.chunk_no AND t.measure LIKE ${measure}))`;
}
