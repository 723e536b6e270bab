import { HandlesJob, JobHandler, Leases } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { erasePersonJob } from './erase.job';
import { ErasePerson } from './erase-person';

const everyMs = 60_000;

/** Runs {@link erasePersonJob}. */
@HandlesJob(erasePersonJob)
export class ErasePersonHandler extends JobHandler<{ erasureId: string; at: string }> {
  constructor(private readonly erasure: ErasePerson) {
    super();
  }

  handle({ erasureId }: { erasureId: string }): Promise<void> {
    return this.erasure.run(erasureId);
  }
}

/** No erasure stands still because its job was lost. */
@Injectable()
export class ErasureClock {
  constructor(
    private readonly leases: Leases,
    private readonly erasure: ErasePerson,
  ) {}

  @Interval(everyMs)
  async openErasures(): Promise<void> {
    const tick = { name: 'profiles.open-erasures', everyMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.erasure.takeUp());
  }
}
