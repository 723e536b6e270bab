import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { query, Transactions } from '../database/transactions';
import { Log } from '../logging/logger';

/** A clock: work that must happen every so often, somewhere, once. */
export interface Tick {
  name: string;
  everyMs: number;
  /** Longest the work may take before another worker may take over. */
  leaseMs: number;
}

const retryMs = 5_000;
/** A lease is renewed while the work goes on, so that the clock of a process that was killed soon ticks elsewhere. */
const shortMs = 15_000;
const renewEveryMs = 4_000;

/** Clocks by lease rows in PostgreSQL: whichever worker asks first when a tick is due runs it, on the database's time. */
@Injectable()
export class Leases {
  constructor(
    private readonly transactions: Transactions,
    private readonly log: Log,
  ) {}

  /** Runs the work when it is due and nobody else holds it; failures are logged and the tick comes again soon. */
  async runWhenDue(tick: Tick, work: () => Promise<void>): Promise<boolean> {
    // One for each run: after its lease ran out, a run must not end that of the next one in the same process.
    const holder = randomUUID();
    let isTaken = false;
    try {
      isTaken = await this.take(tick, holder);
      if (!isTaken) return false;
      await this.renewing(tick, holder, work);
      await this.finish(tick, holder);
      return true;
    } catch (error) {
      this.log.failure('clock.failed', error, { clock: tick.name });
      if (isTaken) await this.release(tick, holder).catch(() => undefined);
      return false;
    }
  }

  private async renewing(tick: Tick, holder: string, work: () => Promise<void>): Promise<void> {
    const until = performance.now() + tick.leaseMs - shortMs;
    const timer = setInterval(() => {
      if (performance.now() < until) void this.renew(tick, holder).catch(() => undefined);
    }, renewEveryMs);
    await work().finally(() => clearInterval(timer));
  }

  private async renew({ name }: Tick, holder: string): Promise<void> {
    await query(
      this.transactions.pool,
      `UPDATE lease SET held_until = now() + $3 * interval '1 ms' WHERE name = $1 AND holder = $2 AND held_until > now()`,
      [name, holder, shortMs],
    );
  }

  private async take({ name, leaseMs }: Tick, holder: string): Promise<boolean> {
    const rows = await query(
      this.transactions.pool,
      `INSERT INTO lease AS l (name, holder, held_until, due_at, last_started_at)
       VALUES ($1, $2, now() + $3 * interval '1 ms', now(), now())
       ON CONFLICT (name) DO UPDATE SET holder = $2, held_until = excluded.held_until, last_started_at = now()
       WHERE l.due_at <= now() AND (l.held_until IS NULL OR l.held_until < now())
       RETURNING name`,
      [name, holder, Math.min(leaseMs, shortMs)],
    );
    return rows.length === 1;
  }

  private async finish({ name, everyMs }: Tick, holder: string): Promise<void> {
    await query(
      this.transactions.pool,
      `UPDATE lease SET held_until = NULL, last_finished_at = now(), due_at = last_started_at + $3 * interval '1 ms'
       WHERE name = $1 AND holder = $2`,
      [name, holder, everyMs],
    );
  }

  /** After a failure: free for everybody, and due before its time. */
  private async release({ name, everyMs }: Tick, holder: string): Promise<void> {
    await query(
      this.transactions.pool,
      `UPDATE lease SET held_until = NULL, due_at = now() + $3 * interval '1 ms' WHERE name = $1 AND holder = $2`,
      [name, holder, Math.min(everyMs, retryMs)],
    );
  }
}
