import { Leases, Log, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { FoldedSumsRepository, SumsChangedError } from '../persistence/ledger/folded-sums.repository';

const lookEveryMs = 60_000;
const leaseMs = 300_000;
/** Well within the lease, so that no second run begins beside one that has much to fold, as after an upgrade. */
const runMs = 240_000;

/** Folds the sums of executions that are over, and again of those whose sums have changed since; of open triggered days as far as they got. */
@Injectable()
export class SumsClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly sums: FoldedSumsRepository,
    private readonly log: Log,
  ) {}

  @Interval(lookEveryMs)
  async fold(): Promise<void> {
    const tick = { name: 'campaigns.fold-sums', everyMs: lookEveryMs, leaseMs };
    await this.leases.runWhenDue(tick, () => this.run());
  }

  /**
   * The newest first, one execution in a transaction, until nothing is left or `forMs` are over: what is left then waits
   * for the next tick. One execution in trouble keeps no other one waiting.
   */
  async run(forMs = runMs): Promise<void> {
    const until = performance.now() + forMs;
    let id = await this.sums.nextUnfolded(null);
    while (id !== null && performance.now() < until) {
      await this.foldOne(id);
      id = await this.sums.nextUnfolded(id);
    }
  }

  private async foldOne(executionId: string): Promise<void> {
    await this.transactions
      .run((tx) => this.sums.fold(tx, executionId))
      .catch((error: unknown) => {
        if (error instanceof SumsChangedError) return;
        this.log.failure('execution.sums-not-folded', error, { executionId });
      });
  }
}
