import { Leases, Outbox, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { PublicationRepository } from '../persistence/authoring/publication.repository';
import { DropApps } from './drop-apps';
import { publishTemplateJob } from './publish-template.job';

const everyMs = 60_000;
const hourMs = 3_600_000;
/** Longer than a job goes on trying by itself (2 s doubled nine times). */
const idleSeconds = 900;

/** Takes up publications whose job gave up or is gone, so that a long outage of Optimove heals by itself. */
@Injectable()
export class PublicationClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly publications: PublicationRepository,
    private readonly apps: DropApps,
  ) {}

  /** One sweep. */
  @Interval(everyMs)
  async sweep(): Promise<void> {
    await this.leases.runWhenDue({ name: 'campaigns.sweep-publications', everyMs, leaseMs: 60_000 }, () =>
      this.transactions.run(async (tx) => {
        await this.outbox.enqueueMany(tx, publishTemplateJob, await this.publications.reopenIdle(tx, idleSeconds));
      }),
    );
  }

  /** Looks for apps that Optimove did not let go. */
  @Interval(everyMs)
  async dropApps(): Promise<void> {
    await this.leases.runWhenDue({ name: 'campaigns.drop-apps', everyMs: hourMs, leaseMs: 60_000 }, () =>
      this.apps.leftOver(),
    );
  }
}
