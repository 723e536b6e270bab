import { Notifications, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

const channel = 'campaigns.execution';

/** Tells every process that an execution moved on. News may be lost; whoever waits looks by itself from time to time. */
@Injectable()
export class ExecutionNews {
  private readonly waiting = new Map<string, Set<() => void>>();
  private listening: Promise<unknown> | null = null;

  constructor(private readonly notifications: Notifications) {}

  /** Sends when `tx` commits. */
  moved(tx: Tx, executionId: string): Promise<void> {
    return this.notifications.notify(tx, channel, executionId);
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
