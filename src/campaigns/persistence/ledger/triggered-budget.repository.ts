import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** The room for triggered messages of connections in the current minute, shared by every process. */
@Injectable()
export class TriggeredBudgetRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Books up to `wanted` of what the minute has left; returns how much that was. */
  async book(connectionId: string, { wanted, perMinute }: { wanted: number; perMinute: number }): Promise<number> {
    const [row] = await query<{ used: number }>(
      this.transactions.pool,
      `INSERT INTO triggered_budget AS b (connection_id, minute, used) VALUES ($1, date_trunc('minute', now()), $2)
       ON CONFLICT ON CONSTRAINT pk_triggered_budget DO UPDATE SET minute = excluded.minute,
         used = excluded.used + CASE WHEN b.minute = excluded.minute THEN b.used ELSE 0 END
       RETURNING used`,
      [connectionId, wanted],
    );
    const usedBefore = (row?.used ?? 0) - wanted;
    return Math.max(0, Math.min(wanted, perMinute - usedBefore));
  }
}
