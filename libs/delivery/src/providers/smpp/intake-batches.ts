const mostPerBatch = 500;
const gatherMs = 50;

interface Waiting<T> {
  item: T;
  settle: (isStored: boolean) => void;
}

/** Gathers receipts, or texts of people, so that they are stored many at a time; each is answered for once its batch is stored. */
export class IntakeBatches<T> {
  private waiting: Waiting<T>[] = [];
  private timer: NodeJS.Timeout | null = null;
  private working: Promise<void> | null = null;

  constructor(private readonly store: (items: T[]) => Promise<void>) {}

  /** Resolves with whether the item was stored; never rejects. */
  add(item: T): Promise<boolean> {
    return new Promise((settle) => {
      this.waiting.push({ item, settle });
      if (this.waiting.length >= mostPerBatch) this.startWork();
      else this.timer ??= setTimeout(() => this.startWork(), gatherMs);
    });
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    this.startWork();
    while (this.working) await this.working;
  }

  private startWork(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.working ??= this.work().finally(() => {
      this.working = null;
      if (this.waiting.length > 0) this.startWork();
    });
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, mostPerBatch);
      const isStored = await this.tryToStore(batch.map(({ item }) => item));
      for (const { settle } of batch) settle(isStored);
    }
  }

  /** What could not be stored is refused, so that the provider sends it again. */
  private async tryToStore(items: T[]): Promise<boolean> {
    try {
      await this.store(items);
      return true;
    } catch {
      return false;
    }
  }
}
