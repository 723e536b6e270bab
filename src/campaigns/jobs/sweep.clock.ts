import { Leases, Log, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CampaignsConfig } from '../campaigns.config';
import { FindMissed } from '../execution/find-missed';
import { FindQuietChannels } from '../execution/find-quiet-channels';
import { SightingRepository } from '../persistence/ledger/sighting.repository';
import { type DueSignal, SignalRepository } from '../persistence/ledger/signal.repository';

const lookEveryMs = 1_000;
const leaseMs = 120_000;
const signalsEveryMs = 5_000;
const quietEveryMs = 300_000;
const signalsAtOnce = 50;
const retrySeconds = 60;

/** Sweeps every connection in use, one worker at a time for each; trouble with one does not keep the others waiting. */
@Injectable()
export class SweepClock {
  private isBusy = false;

  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly sightings: SightingRepository,
    private readonly signals: SignalRepository,
    private readonly findMissed: FindMissed,
    private readonly quietChannels: FindQuietChannels,
    private readonly log: Log,
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

  /** Channels that fell silent. */
  @Interval(lookEveryMs)
  async listen(): Promise<void> {
    const tick = { name: 'campaigns.quiet-channels', everyMs: quietEveryMs, leaseMs };
    await this.leases.runWhenDue(tick, () => this.quietChannels.raise());
  }

  /** Event 1 whose wait is over. */
  @Interval(lookEveryMs)
  async followUp(): Promise<void> {
    const tick = { name: 'campaigns.late-signals', everyMs: signalsEveryMs, leaseMs };
    await this.leases.runWhenDue(tick, async () => {
      const due = await this.signals.takeDue(this.transactions.pool, retrySeconds, signalsAtOnce);
      await Promise.all(due.map((signal) => this.followUpOne(signal)));
    });
  }

  /** One that cannot be followed up now comes again and keeps no other one waiting. */
  private followUpOne(signal: DueSignal): Promise<void> {
    const { connectionId, optimoveCampaignId } = signal;
    return this.findMissed
      .followUp(signal)
      .catch((error: unknown) => this.log.failure('signal.not-followed', error, { connectionId, optimoveCampaignId }));
  }
}
