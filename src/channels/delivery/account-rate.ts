import { setTimeout as pause } from 'node:timers/promises';
import type { Room, RoomRequest } from '../domain/sender';
import type { RateAnswer } from '../persistence/rate.repository';

/** Books time of the account in the database. */
export type BookTime = (request: { count: number; horizonMs: number }) => Promise<RateAnswer>;

/** One booking is at most so long, so that a slice is through well before its decision is too old. */
const blockMs = 500;
/** What is urgent may book while the rest has to wait. */
const horizonsMs = { urgent: 10_000, other: 1_000 };
/** Deciding and claiming takes a moment, so it begins before the booked time does. */
const leadMs = 100;
/** Time that went by unused for longer is lost: catching up would break the limit. */
const tolerableMs = 250;
const shortestWaitMs = 20;

/** The time of one account as this process uses it: booked in blocks, given to whoever asked first. */
export class AccountRate {
  private readonly rows = { urgent: Promise.resolve(), other: Promise.resolve() };
  private spare: number[] = [];

  constructor(
    readonly perSecond: number,
    private readonly book: BookTime,
  ) {}

  /** Resolves a moment before the first message may go out; null when there was no room in time. */
  async reserve({ count, isUrgent, until }: RoomRequest): Promise<Room | null> {
    const lane = isUrgent ? 'urgent' : 'other';
    const turn = this.rows[lane].then(() => this.take({ count, lane, until }));
    this.rows[lane] = turn.then(
      () => undefined,
      () => undefined,
    );
    const times = await turn;
    const [first] = times;
    if (first === undefined) return null;
    await pauseUntil(first - leadMs);
    return new BookedRoom(times, (left) => this.spare.push(...left));
  }

  private async take(want: { count: number; lane: 'urgent' | 'other'; until: number }): Promise<number[]> {
    const spare = this.takeSpare(want.count);
    if (spare.length > 0) return spare;
    const count = Math.max(1, Math.min(want.count, Math.floor((this.perSecond * blockMs) / 1000)));
    while (performance.now() < want.until) {
      const answer = await this.book({ count, horizonMs: horizonsMs[want.lane] });
      if (answer.isBooked) {
        const start = performance.now() + answer.startsInMs;
        return Array.from({ length: count }, (_, index) => start + (index * 1000) / this.perSecond);
      }
      await pause(Math.max(shortestWaitMs, Math.min(answer.waitMs, want.until - performance.now())));
    }
    return [];
  }

  private takeSpare(count: number): number[] {
    const usable = this.spare.filter((time) => time > performance.now() - tolerableMs).sort((a, b) => a - b);
    this.spare = usable.slice(count);
    return usable.slice(0, count);
  }
}

/** Times at which messages may go out. */
class BookedRoom implements Room {
  readonly count: number;

  constructor(
    private times: number[],
    private readonly giveBack: (times: number[]) => void,
  ) {
    this.count = times.length;
  }

  takeTimes(count: number): number[] {
    const usable = this.times.filter((time) => time > performance.now() - tolerableMs);
    this.times = usable.slice(count);
    return usable.slice(0, count);
  }

  release(): void {
    this.giveBack(this.times.splice(0));
  }
}

/** Waits for an instant of `performance.now()`. */
export async function pauseUntil(instant: number): Promise<void> {
  const waitMs = instant - performance.now();
  if (waitMs > 0) await pause(waitMs);
}
