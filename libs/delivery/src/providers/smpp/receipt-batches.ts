import type { Receipt } from '../../contract';

const mostPerBatch = 500;
const gatherMs = 50;

interface Waiting {
  receipt: Receipt;
  settle: (isStored: boolean) => void;
}

/** Gathers receipts so that they are stored many at a time; each is answered for once its batch is stored. */
export class ReceiptBatches {
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | null = null;
  private working: Promise<void> | null = null;

  constructor(private readonly store: (receipts: Receipt[]) => Promise<void>) {}

  /** Resolves with whether the receipt was stored; never rejects. */
  add(receipt: Receipt): Promise<boolean> {
    return new Promise((settle) => {
      this.waiting.push({ receipt, settle });
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
      const isStored = await this.tryToStore(batch.map(({ receipt }) => receipt));
      for (const { settle } of batch) settle(isStored);
    }
  }

  /** What could not be stored is refused, so that the provider sends it again. */
  private async tryToStore(receipts: Receipt[]): Promise<boolean> {
    try {
      await this.store(receipts);
      return true;
    } catch {
      return false;
    }
  }
}
