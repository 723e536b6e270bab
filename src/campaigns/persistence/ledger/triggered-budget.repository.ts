import { execute, query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Room that was booked, and in which minute. */
export interface BookedRoom {
  count: number;
  /** Its beginning, as the database names it. */
  minute: string;
}

/** The room for triggered messages of connections in the current minute, shared by every process. */
@Injectable()
export class TriggeredBudgetRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Books up to `wanted` of what the minute has left. */
  async book(connectionId: string, { wanted, perMinute }: { wanted: number; perMinute: number }): Promise<BookedRoom> {
    const { pool } = this.transactions;
    await execute(
      pool,
      `INSERT INTO triggered_budget (connection_id, minute, used) VALUES ($1, date_trunc('minute', now()), 0)
       ON CONFLICT ON CONSTRAINT pk_triggered_budget DO NOTHING`,
      [connectionId],
    );
    const [booked] = await query<BookedRoom>(
      pool,
      `UPDATE triggered_budget b SET minute = n.minute, used = n.used + n.count
       FROM (SELECT minute, used, least($2::int, greatest(0, $3::int - used)) AS count
             FROM (SELECT date_trunc('minute', now()) AS minute,
                     CASE WHEN minute = date_trunc('minute', now()) THEN used ELSE 0 END AS used
                   FROM triggered_budget WHERE connection_id = $1 FOR UPDATE) AS before) AS n
       WHERE b.connection_id = $1 RETURNING n.count, n.minute::text AS minute`,
      [connectionId, wanted, perMinute],
    );
    return booked ?? { count: 0, minute: '' };
  }

  /** Gives room back that was not used; room of a minute that is over is gone. */
  async giveBack(connectionId: string, { count, minute }: BookedRoom): Promise<void> {
    await execute(
      this.transactions.pool,
      'UPDATE triggered_budget SET used = used - $3 WHERE connection_id = $1 AND minute = $2::timestamptz',
      [connectionId, minute, count],
    );
  }
}
