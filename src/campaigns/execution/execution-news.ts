import { Notifications, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

const channel = 'campaigns.execution';
const soonMs = 200;

/** Tells every process that an execution moved on. News may be lost; whoever waits looks by itself from time to time. */
@Injectable()
export class ExecutionNews {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly told = new Set<string>();
  private listening: Promise<unknown> | null = null;

  constructor(
    private readonly notifications: Notifications,
    private readonly transactions: Transactions,
  ) {}

  /** Sends when `tx` commits. */
  moved(tx: Tx, executionId: string): Promise<void> {
    return this.notifications.notify(tx, channel, executionId);
  }

  /**
   * Sends a moment later, once for all that moves meanwhile. Transactions that notify commit one after the other, so
   * those of messages that must leave at once do not.
   */
  movedSoon(executionId: string): void {
    if (this.told.has(executionId)) return;
    this.told.add(executionId);
    const tell = async (): Promise<void> => {
      this.told.delete(executionId);
      await this.moved(this.transactions.pool, executionId);
    };
    setTimeout(() => void tell().catch(() => undefined), soonMs).unref();
  }

  /** Resolves with the next news of the execution, or after `limitMs` without any. */
  async next(executionId: string, limitMs: number): Promise<void> {
    this.listening ??= this.notifications.listen(channel, (id) => this.wake(id));
    await this.listening;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        const set = this.waiting.get(executionId);
        set?.delete(done);
        if (set?.size === 0) this.waiting.delete(executionId);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      this.waiting.set(executionId, (this.waiting.get(executionId) ?? new Set()).add(done));
    });
  }

  private wake(executionId: string): void {
    for (const done of [...(this.waiting.get(executionId) ?? [])]) done();
  }
}
