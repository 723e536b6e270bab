import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Lane, RateBudget } from '@libs/optimove-client';
import { query, type Transactions } from '@libs/platform';

/** How much of the key's rate a lane may use, and how many calls it may make at once after a rest. */
const lanes: Record<Lane, { share: number; burst: number }> = {
  control: { share: 1, burst: 4 },
  audience: { share: 0.75, burst: 3 },
  suppression: { share: 0.5, burst: 2 },
  metrics: { share: 0.25, burst: 1 },
};

interface BudgetOptions {
  endpoint: string;
  apiKey: string;
  callsPerSecond: number;
}

/**
 * The calls that one API key may still make, shared by all processes: each call books the next free instant in
 * PostgreSQL, on the database's clock, and waits for it. Lower lanes book at their own smaller rate first, so that
 * they cannot use up what the higher ones need.
 */
export class CallBudget implements RateBudget {
  private readonly keyHash: string;

  constructor(
    private readonly transactions: Transactions,
    private readonly options: BudgetOptions,
  ) {
    const { host } = new URL(options.endpoint);
    this.keyHash = createHash('sha256').update(`${host}\n${options.apiKey}`).digest('hex');
  }

  /** Resolves when the call may go out. */
  async take(lane: Lane): Promise<void> {
    if (lane !== 'control') await this.book(lane);
    await this.book('control');
  }

  private async book(lane: Lane): Promise<void> {
    const { share, burst } = lanes[lane];
    const [row] = await query<{ wait_ms: number }>(
      this.transactions.pool,
      `INSERT INTO optimove_call_budget AS b (api_key_hash, lane, next_free_at)
       VALUES ($1, $2, clock_timestamp() + $3 * interval '1 ms')
       ON CONFLICT ON CONSTRAINT pk_optimove_call_budget DO UPDATE
         SET next_free_at = greatest(b.next_free_at, clock_timestamp()) + $3 * interval '1 ms'
       RETURNING extract(epoch FROM next_free_at - clock_timestamp())::float8 * 1000 - $3::float8 * $4 AS wait_ms`,
      [this.keyHash, lane, 1000 / (this.options.callsPerSecond * share), burst],
    );
    const waitMs = row?.wait_ms ?? 0;
    if (waitMs > 0) await pause(waitMs);
  }
}
