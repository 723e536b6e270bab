import { HandlesJob, JobHandler, Leases } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { countRecipientsJob } from './count.job';
import { CountRecipients } from './count-recipients';

const everyMs = 30_000;

/** Runs {@link countRecipientsJob}. */
@HandlesJob(countRecipientsJob)
export class CountRecipientsHandler extends JobHandler<{ countId: string; at: string }> {
  constructor(private readonly count: CountRecipients) {
    super();
  }

  handle({ countId }: { countId: string }): Promise<void> {
    return this.count.run(countId);
  }
}

/** The clock of segments. */
@Injectable()
export class SegmentClocks {
  constructor(
    private readonly leases: Leases,
    private readonly count: CountRecipients,
  ) {}

  /** No count stands still because its job was lost. */
  @Interval(everyMs)
  async openCounts(): Promise<void> {
    const tick = { name: 'profiles.open-counts', everyMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.count.takeUp());
  }
}
