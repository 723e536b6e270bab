import { Leases, Outbox, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { dryRunJob } from './dry-run.job';
import { DryRunRepository } from './dry-run.repository';

const everyMs = 30_000;
const overdueSeconds = 60;

/** Finds rehearsals that are not over and queues them again; one that is under way is not begun twice. */
@Injectable()
export class DryRunClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly dryRuns: DryRunRepository,
  ) {}

  @Interval(everyMs)
  async tick(): Promise<void> {
    await this.leases.runWhenDue({ name: 'campaigns.dry-runs', everyMs, leaseMs: 60_000 }, () =>
      this.transactions.run(async (tx) => {
        const dryRunIds = await this.dryRuns.overdue(tx, overdueSeconds);
        await this.outbox.enqueueMany(
          tx,
          dryRunJob,
          dryRunIds.map((dryRunId) => ({ dryRunId })),
        );
      }),
    );
  }
}
