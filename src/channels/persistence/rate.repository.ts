import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A wish for a stretch of an account's time. */
export interface RateRequest {
  accountId: string;
  /** Messages. */
  count: number;
  perSecond: number;
  /** Nothing is booked when the account's time is taken for longer than this. */
  horizonMs: number;
}

/** When the booked stretch begins, or how long to wait before asking again; milliseconds from now. */
export type RateAnswer = { isBooked: true; startsInMs: number } | { isBooked: false; waitMs: number };

/** The time of provider accounts, shared by every process, on the database's clock. */
@Injectable()
export class RateRepository {
  /** Books room for some messages right after what was booked before. Commits by itself. */
  async book(tx: Tx, { accountId, count, perSecond, horizonMs }: RateRequest): Promise<RateAnswer> {
    const lengthMs = (count * 1000) / perSecond;
    const [booked] = await query<{ ends_in_ms: number }>(
      tx,
      `INSERT INTO provider_account_rate AS r (account_id, booked_until)
       VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond')
       ON CONFLICT ON CONSTRAINT pk_provider_account_rate DO UPDATE
       SET booked_until = greatest(r.booked_until, clock_timestamp()) + $2 * interval '1 millisecond'
       WHERE r.booked_until <= clock_timestamp() + $3 * interval '1 millisecond'
       RETURNING extract(epoch FROM booked_until - clock_timestamp())::float8 * 1000 AS ends_in_ms`,
      [accountId, lengthMs, horizonMs],
    );
    if (booked) return { isBooked: true, startsInMs: booked.ends_in_ms - lengthMs };
    const [taken] = await query<{ ms: number }>(
      tx,
      `SELECT extract(epoch FROM booked_until - clock_timestamp())::float8 * 1000 AS ms
       FROM provider_account_rate WHERE account_id = $1`,
      [accountId],
    );
    return { isBooked: false, waitMs: Math.max(0, (taken?.ms ?? 0) - horizonMs) };
  }
}
