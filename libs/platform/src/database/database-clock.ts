import { setSystemClock } from '@libs/foundation';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Log } from '../logging/logger';
import { query, Transactions } from './transactions';

const everyMs = 30_000;
/** An answer that took longer says too little about when it was given. */
const longestMs = 2_000;
const alarmingMs = 5_000;

/** Keeps the time of the process on that of the database, so that no host's clock decides what is late or quiet. */
@Injectable()
export class DatabaseClock implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private isOff = false;

  constructor(
    private readonly transactions: Transactions,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.follow();
    this.timer = setInterval(() => void this.follow().catch(() => undefined), everyMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Asks the database for the time. A host that is more than 5 s off is told of loudly, once. */
  async follow(): Promise<void> {
    const askedAt = performance.now();
    const [row] = await query<{ at: string }>(
      this.transactions.pool,
      'SELECT extract(epoch FROM clock_timestamp()) * 1000 AS at',
    );
    const tookMs = performance.now() - askedAt;
    if (!row || tookMs > longestMs) return;
    // When within that time it was read is not known. Behind by as much is harmless; ahead, what is due now would be not due yet.
    const aheadMs = Math.floor(Number(row.at) - Date.now());
    setSystemClock(aheadMs);
    const isOff = Math.abs(aheadMs) > alarmingMs;
    if (isOff && !this.isOff) this.log.event('host.clock-off', { behindDatabaseMs: aheadMs }, 'error');
    this.isOff = isOff;
  }
}
