import { Leases } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { StartDirect } from './start-direct';

const everyMs = 3_000;
const batch = 200;

/** Looks for Direct campaigns whose time has come, and for executions that are held or may go on. */
@Injectable()
export class DirectClock {
  constructor(
    private readonly leases: Leases,
    private readonly direct: StartDirect,
  ) {}

  /** One look. */
  @Interval(everyMs)
  async tick(): Promise<void> {
    await this.leases.runWhenDue({ name: 'campaigns.direct', everyMs, leaseMs: 60_000 }, async () => {
      await this.direct.announceDue(batch);
      await this.direct.watch(batch);
    });
  }
}
