import { HandlesJob, JobHandler, Leases } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { ChangeValues } from './change-values';
import { changeValuesJob } from './change-values.job';

const everyMs = 60_000;

/** Runs {@link changeValuesJob}. */
@HandlesJob(changeValuesJob)
export class ChangeValuesHandler extends JobHandler<{ workId: string; at: string }> {
  constructor(private readonly values: ChangeValues) {
    super();
  }

  handle({ workId }: { workId: string }): Promise<void> {
    return this.values.run(workId);
  }
}

/** No conversion stands still because its job was lost. */
@Injectable()
export class ChangeValuesClock {
  constructor(
    private readonly leases: Leases,
    private readonly values: ChangeValues,
  ) {}

  @Interval(everyMs)
  async openWork(): Promise<void> {
    const tick = { name: 'profiles.open-attribute-work', everyMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.values.takeUp());
  }
}
