import type { ClaimedSlice } from './claims';

/**
 * Which worker holds which claims. A chunk names its holder by an id that each life of a worker makes for itself: one
 * that was never seen belongs to the only life that has shown none yet. While two lives have shown none, either may
 * own it, and it counts for both.
 */
export class Holders {
  private readonly lives: (string | null)[];
  private readonly gone = new Set<string>();
  private readonly doubtful = new Set<string>();

  constructor(workers: number) {
    this.lives = Array.from({ length: workers }, () => null);
  }

  /** Learns from what is claimed now; returns the slices that the worker holds. */
  slicesOf(worker: number, slices: ClaimedSlice[]): ClaimedSlice[] {
    this.learn(slices);
    const own = this.lives[worker];
    return slices.filter(({ holder }) => (own ? holder === own : this.isUnknown(holder)));
  }

  /** A life of the worker has ended. */
  ended(worker: number, slices: ClaimedSlice[]): void {
    const own = this.lives[worker];
    if (own) this.gone.add(own);
    else for (const { holder } of slices) if (this.isUnknown(holder)) this.doubtful.add(holder);
    this.lives[worker] = null;
  }

  private learn(slices: ClaimedSlice[]): void {
    const unknown = [...new Set(slices.map(({ holder }) => holder))].filter((holder) => this.isUnknown(holder));
    const unseen = this.lives.flatMap((life, worker) => (life === null ? [worker] : []));
    const [worker] = unseen;
    const [holder] = unknown;
    if (unseen.length !== 1 || unknown.length !== 1 || worker === undefined || !holder) return;
    if (!this.doubtful.has(holder)) this.lives[worker] = holder;
  }

  private isUnknown(holder: string): boolean {
    return !this.gone.has(holder) && !this.lives.includes(holder);
  }
}
