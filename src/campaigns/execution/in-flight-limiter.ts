/** What may run at once in this process. */
export interface InFlightLimits {
  all: number;
  /** Of one key, so that there is room for others even while this one is slow. */
  perKey: number;
}

interface Queue {
  running: number;
  waiting: (() => void)[];
}

/**
 * Lets a bounded number of pieces of work run at once; keys whose work waits take turns. Work that says that it was
 * jammed halves the number, work that was not lets it grow again by one for each round.
 */
export class InFlightLimiter {
  private running = 0;
  private room: number;
  /** Grows with every halving: what began before it tells of the same jam. */
  private jams = 0;
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly limits: InFlightLimits) {
    this.room = limits.all;
  }

  /** Runs `work` when there is room for its key. `wasJammed` tells from its result whether too much ran at once. */
  async run<T>(key: string, work: () => Promise<T>, wasJammed?: (result: T) => boolean): Promise<T> {
    const queue = this.queues.get(key) ?? { running: 0, waiting: [] };
    this.queues.set(key, queue);
    if (this.hasRoom(queue)) this.begin(queue);
    else await new Promise<void>((resolve) => queue.waiting.push(resolve));
    const { jams } = this;
    try {
      const result = await work();
      if (wasJammed) this.learn(wasJammed(result), jams);
      return result;
    } finally {
      this.running -= 1;
      queue.running -= 1;
      if (queue.running === 0 && queue.waiting.length === 0) this.queues.delete(key);
      while (this.admitNext());
    }
  }

  private learn(isJammed: boolean, jamsBefore: number): void {
    if (!isJammed) {
      this.room = Math.min(this.limits.all, this.room + 1 / this.room);
    } else if (jamsBefore === this.jams) {
      this.jams += 1;
      this.room = Math.max(1, this.room / 2);
    }
  }

  private admitNext(): boolean {
    for (const [key, queue] of this.queues) {
      if (queue.waiting.length === 0 || !this.hasRoom(queue)) continue;
      this.begin(queue);
      queue.waiting.shift()?.();
      // To the end of the row: the others come first next time.
      this.queues.delete(key);
      this.queues.set(key, queue);
      return true;
    }
    return false;
  }

  private hasRoom(queue: Queue): boolean {
    const share = this.room / this.limits.all;
    return this.running < Math.floor(this.room) && queue.running < Math.max(1, Math.floor(this.limits.perKey * share));
  }

  private begin(queue: Queue): void {
    this.running += 1;
    queue.running += 1;
  }
}
