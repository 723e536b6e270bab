import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { EngagementRepository } from '../persistence/engagement.repository';
import { ApplyEngagement } from './apply-engagement';

const applyEveryMs = 1_000;
const partitionsEveryMs = 3_600_000;

/** Applies what arrived, somewhere once; the intake itself is the outbox. */
@Injectable()
export class EngagementClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly repository: EngagementRepository,
    private readonly applyEngagement: ApplyEngagement,
  ) {}

  @Interval(applyEveryMs)
  async apply(): Promise<void> {
    const tick = { name: 'campaigns.apply-engagement', everyMs: applyEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.applyEngagement.run());
  }

  @Interval(partitionsEveryMs)
  async partitions(): Promise<void> {
    const tick = { name: 'campaigns.engagement-partitions', everyMs: partitionsEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.repository.ensurePartitions(this.transactions.pool));
  }
}
