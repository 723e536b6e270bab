import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { FoldedSumsRepository } from '../persistence/ledger/folded-sums.repository';

const lookEveryMs = 60_000;
const leaseMs = 300_000;
const atOnce = 100;

/** Folds the sums of executions that were completed or cancelled, and again of those whose sums have changed since. */
@Injectable()
export class SumsClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly sums: FoldedSumsRepository,
  ) {}

  @Interval(lookEveryMs)
  async fold(): Promise<void> {
    const tick = { name: 'campaigns.fold-sums', everyMs: lookEveryMs, leaseMs };
    await this.leases.runWhenDue(tick, () => this.run());
  }

  /** Works until nothing is left; one execution in a transaction. */
  async run(): Promise<void> {
    for (;;) {
      const ids = await this.sums.unfolded(atOnce);
      for (const id of ids) await this.transactions.run((tx) => this.sums.fold(tx, id));
      if (ids.length < atOnce) return;
    }
  }
}
