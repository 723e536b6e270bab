import { setTimeout as pause } from 'node:timers/promises';

interface Waiting<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (error: unknown) => void;
}

/**
 * Writes what arrives while one write is under way together in the next: few, large transactions under load, and no
 * waiting without it. When a group fails, its items are written one by one, so that none fails because of another.
 */
export class GroupCommit<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private isWriting = false;
  private nextAt = 0;

  /**
   * @param write stores items in one transaction and returns one result for each, in their order.
   * @param gatherMs from the end of one write to the start of the next at the least: whoever was answered may ask again at
   *   once, and what they ask in between goes together.
   */
  constructor(
    private readonly mostAtOnce: number,
    private readonly write: (items: T[]) => Promise<R[]>,
    private readonly gatherMs = 0,
  ) {}

  /** Resolves when the item is committed. @throws what the write of this item threw. */
  add(item: T): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.isWriting) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) {
      if (this.gatherMs > 0) await this.gather();
      const group = this.waiting.splice(0, this.mostAtOnce);
      const isDone = await this.commit(group);
      this.nextAt = performance.now() + this.gatherMs;
      if (isDone) continue;
      for (const one of group) await this.commit([one], true);
    }
    this.isWriting = false;
  }

  private async gather(): Promise<void> {
    const waitMs = this.nextAt - performance.now();
    if (waitMs > 0 && this.waiting.length < this.mostAtOnce) await pause(waitMs);
  }

  private async commit(group: Waiting<T, R>[], isLast = group.length === 1): Promise<boolean> {
    try {
      const results = await this.write(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => {
        resolve(results[index] as R);
      });
      return true;
    } catch (error) {
      if (isLast) for (const { reject } of group) reject(error);
      return isLast;
    }
  }
}
