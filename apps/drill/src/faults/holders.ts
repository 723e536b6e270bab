import type { ClaimedSlice } from './claims';

/** The id of its holder; `unseen` until it has shown one, `down` while the worker does not run. */
type Life = string;

/**
 * Which worker holds which claims. A chunk names its holder by an id that each life of a worker makes for itself: one
 * that was never seen belongs to the only life that has shown none yet. While two lives have shown none, either may
 * own it, and it counts for both.
 */
export class Holders {
  private readonly lives: Life[];
  private readonly gone = new Set<string>();
  private readonly doubtful = new Set<string>();

  constructor(workers: number) {
    this.lives = Array.from({ length: workers }, () => 'down');
  }

  /** A new life of the worker begins. */
  started(worker: number): void {
    this.lives[worker] = 'unseen';
  }

  /** Learns from what is claimed now; returns the slices that the worker holds. */
  slicesOf(worker: number, slices: ClaimedSlice[]): ClaimedSlice[] {
    this.learn(slices);
    const life = this.lives[worker];
    if (life === 'down') return [];
    return slices.filter(({ holder }) => (life === 'unseen' ? this.isUnknown(holder) : holder === life));
  }

  /** A life of the worker has ended. */
  ended(worker: number, slices: ClaimedSlice[]): void {
    const life = this.lives[worker];
    if (life !== undefined && life !== 'down' && life !== 'unseen') this.gone.add(life);
    else for (const { holder } of slices) if (this.isUnknown(holder)) this.doubtful.add(holder);
    this.lives[worker] = 'down';
  }

  /** Whether the claims of the worker's present life are told apart. */
  knows(worker: number): boolean {
    return this.lives[worker] !== 'unseen' && this.lives[worker] !== 'down';
  }

  private learn(slices: ClaimedSlice[]): void {
    const unknown = [...new Set(slices.map(({ holder }) => holder))].filter((holder) => this.isUnknown(holder));
    const unseen = this.lives.flatMap((life, worker) => (life === 'unseen' ? [worker] : []));
    const [worker] = unseen;
    const [holder] = unknown;
    if (unseen.length !== 1 || unknown.length !== 1 || worker === undefined || !holder) return;
    if (!this.doubtful.has(holder)) this.lives[worker] = holder;
  }

  private isUnknown(holder: string): boolean {
    return !this.gone.has(holder) && !this.lives.includes(holder);
  }
}
