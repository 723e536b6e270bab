import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { BehaviourRepository } from '../persistence/behaviour.repository';

const everyMs = 6 * 3_600_000;
const nextMonthMs = 31 * 86_400_000;

/** Makes room for the events to come and forgets what is too old to count. */
@Injectable()
export class BehaviourClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly behaviour: BehaviourRepository,
  ) {}

  @Interval(everyMs)
  async tidy(): Promise<void> {
    const tick = { name: 'profiles.behaviour', everyMs, leaseMs: 600_000 };
    await this.leases.runWhenDue(tick, async () => {
      const now = new Date();
      const { pool } = this.transactions;
      await this.behaviour.ensureMonth(pool, new Date(now.getTime() + nextMonthMs));
      await this.behaviour.forget(pool, now);
    });
  }
}
