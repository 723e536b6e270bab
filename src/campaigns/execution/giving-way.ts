import { setTimeout as pause } from 'node:timers/promises';
import { Notifications, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** On this channel workers learn that triggered messages are late. */
export const lateChannel = 'campaigns.triggered-late';

const lateMs = 250;
/**
 * Whoever calls waits for the answer with as many calls as it makes at once, and cannot make the next. What then waits with
 * the caller is not seen here; but many that are answered together are a sign of it.
 */
const slowAnswerMs = { few: 100, many: 40 };
const manyCalls = 40;
const sayEveryMs = 250;
/** How long a late message counts. */
const heardForMs = 1_000;
const longestPauseMs = 5_000;

/** Callbacks that found their place. */
export interface PlacedLate {
  connectionId: string;
  /** How long the first of them had waited. */
  lagMs: number;
}

/** Triggered messages that are late make bulk slow down: less of it is sent at once, and lists are read with pauses. */
@Injectable()
export class GivingWay {
  private saidAt = Number.NEGATIVE_INFINITY;
  private heardAt = Number.NEGATIVE_INFINITY;
  /** Until when callbacks waited for something that is not bulk, by connection; of all under null. */
  private readonly excusedUntil = new Map<string | null, number>();

  constructor(
    private readonly transactions: Transactions,
    private readonly notifications: Notifications,
  ) {}

  /** What came before now waited for another reason than bulk: the limit of its connection, or for all a slow provider. */
  excuse(connectionId: string | null): void {
    this.excusedUntil.set(connectionId, performance.now());
  }

  /** Tells all workers when callbacks waited longer for their place than they should; a few times a second at most. */
  async tell({ connectionId, lagMs }: PlacedLate): Promise<void> {
    const since = performance.now() - lagMs;
    const excused = [connectionId, null].some((of) => (this.excusedUntil.get(of) ?? -1) > since);
    if (lagMs >= lateMs && !excused) await this.say(lagMs);
  }

  /** The same when so many callbacks, answered together, waited longer for that than they should. */
  async tellAnswered(waitedMs: number, calls: number): Promise<void> {
    const slowMs = calls < manyCalls ? slowAnswerMs.few : slowAnswerMs.many;
    if (waitedMs >= slowMs) await this.say(waitedMs);
  }

  private async say(lateByMs: number): Promise<void> {
    const now = performance.now();
    if (now - this.saidAt < sayEveryMs) return;
    this.saidAt = now;
    // Who does not hear of this one hears of the next.
    await this.notifications
      .notify(this.transactions.pool, lateChannel, String(Math.round(lateByMs)))
      .catch(() => undefined);
  }

  /** Remembers that something is late. */
  hear(): void {
    this.heardAt = performance.now();
  }

  /** Waits as long as a piece of bulk work took, at most five seconds, while something is late. */
  async pauseAfter(workMs: number): Promise<void> {
    if (performance.now() - this.heardAt > heardForMs) return;
    await pause(Math.min(workMs, longestPauseMs));
  }
}
