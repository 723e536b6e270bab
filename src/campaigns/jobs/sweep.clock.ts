import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CampaignsConfig } from '../campaigns.config';
import { FindMissed } from '../execution/find-missed';
import { SightingRepository } from '../persistence/ledger/sighting.repository';

const lookEveryMs = 1_000;
const leaseMs = 120_000;

/** Sweeps every connection in use, one worker at a time for each; trouble with one does not keep the others waiting. */
@Injectable()
export class SweepClock {
  private isBusy = false;

  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly sightings: SightingRepository,
    private readonly findMissed: FindMissed,
    private readonly config: CampaignsConfig,
  ) {}

  @Interval(lookEveryMs)
  async sweep(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    const everyMs = this.config.SWEEP_SECONDS * 1000;
    try {
      const look = { name: 'campaigns.sweep-optimove', everyMs, leaseMs };
      await this.leases.runWhenDue(look, async () => {
        const connections = await this.sightings.connections(this.transactions.pool);
        await Promise.all(
          connections.map((id) =>
            this.leases.runWhenDue({ name: `campaigns.sweep-optimove.${id}`, everyMs: 0, leaseMs }, () =>
              this.findMissed.run(id),
            ),
          ),
        );
      });
    } finally {
      this.isBusy = false;
    }
  }
}
