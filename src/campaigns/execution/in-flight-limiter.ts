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

/** Lets a bounded number of pieces of work run at once; keys whose work waits take turns. */
export class InFlightLimiter {
  private running = 0;
  private readonly queues = new Map<string, Queue>();

  constructor(private readonly limits: InFlightLimits) {}

  /** Runs `work` when there is room for its key. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.queues.get(key) ?? { running: 0, waiting: [] };
    this.queues.set(key, queue);
    if (this.hasRoom(queue)) this.begin(queue);
    else await new Promise<void>((resolve) => queue.waiting.push(resolve));
    try {
      return await work();
    } finally {
      this.running -= 1;
      queue.running -= 1;
      if (queue.running === 0 && queue.waiting.length === 0) this.queues.delete(key);
      this.admit();
    }
  }

  private admit(): void {
    for (const [key, queue] of [...this.queues]) {
      if (queue.waiting.length === 0 || !this.hasRoom(queue)) continue;
      this.begin(queue);
      queue.waiting.shift()?.();
      // To the end of the row: the others come first next time.
      this.queues.delete(key);
      this.queues.set(key, queue);
      return;
    }
  }

  private hasRoom(queue: Queue): boolean {
    return this.running < this.limits.all && queue.running < this.limits.perKey;
  }

  private begin(queue: Queue): void {
    this.running += 1;
    queue.running += 1;
  }
}
