import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CategoryUseRepository } from '../persistence/limits/category-use.repository';

const lookEveryMs = 600_000;
const everyMs = 86_400_000;
const atOnce = 5_000;

/** Drops counted messages that are too old for every limit, once a day. */
@Injectable()
export class ForgetUsesClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly uses: CategoryUseRepository,
  ) {}

  @Interval(lookEveryMs)
  async forget(): Promise<void> {
    await this.leases.runWhenDue({ name: 'campaigns.forget-uses', everyMs, leaseMs: 300_000 }, async () => {
      while ((await this.uses.forget(this.transactions.pool, atOnce)) === atOnce);
    });
  }
}
