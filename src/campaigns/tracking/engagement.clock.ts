import { dropOldestMonth, Leases, prepareMonths, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { ShortLinkRepository } from '../persistence/short-link.repository';
import { ApplyEngagement } from './apply-engagement';
import { ApplyKeywords } from './apply-keywords';

const applyEveryMs = 1_000;
const partitionsEveryMs = 3_600_000;
const table = 'engagement_intake';
const keptMonths = 13;
const removedAtOnce = 5_000;

/** Applies what arrived, somewhere once; the intake itself is the outbox. */
@Injectable()
export class EngagementClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly applyEngagement: ApplyEngagement,
    private readonly applyKeywords: ApplyKeywords,
    private readonly shortLinks: ShortLinkRepository,
  ) {}

  @Interval(applyEveryMs)
  async apply(): Promise<void> {
    const tick = { name: 'campaigns.apply-engagement', everyMs: applyEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, async () => {
      await this.applyKeywords.run();
      await this.applyEngagement.run();
    });
  }

  /** Makes the months of the intake ahead of time, and drops old ones and short links whose time is over. */
  @Interval(partitionsEveryMs)
  async months(): Promise<void> {
    const tick = { name: 'campaigns.engagement-partitions', everyMs: partitionsEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, async () => {
      await prepareMonths(this.transactions.pool, table);
      while (await dropOldestMonth(this.transactions.pool, table, keptMonths));
      while ((await this.shortLinks.removeExpired(this.transactions.pool, removedAtOnce)) === removedAtOnce);
    });
  }
}
