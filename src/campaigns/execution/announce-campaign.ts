import { newId } from '@libs/foundation';
import { Outbox, type Tx } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { readRecipientsJob } from '../jobs/execution.jobs';
import {
  type Announced,
  type Announcement,
  AnnouncementRepository,
  type EngagementOutcome,
  type Heard,
} from '../persistence/ledger/announcement.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';

/** Why Optimove's own cancellation ended an execution. */
export const cancelledInOptimove = 'Cancelled in Optimove';

const togetherMs = 5_000;

/** Leads an announcement, whoever made it, to its execution and to the reading of its list. */
@Injectable()
export class AnnounceCampaign {
  constructor(
    private readonly outbox: Outbox,
    private readonly connections: ConnectionsService,
    private readonly announcements: AnnouncementRepository,
    private readonly stops: StopRepository,
  ) {}

  /** The execution, or null where a campaign that only the sweep knows of was cancelled. */
  async run(tx: Tx, announcement: Announcement, heard: Heard): Promise<Announced | null> {
    await this.announcements.serialise(tx, announcement);
    const cancelledAt = await this.cancelledSince(tx, announcement, heard.saidAt);
    const isCancelled = cancelledAt !== null;
    if (isCancelled && heard.source === 'SWEEP') return null;
    const announced = await this.announcements.announce(tx, announcement, { heard, isCancelled });
    if (isCancelled && announced.outcome === 'NEW') {
      await this.stops.requestCancel(tx, [announced.id], cancelledInOptimove, cancelledAt);
      return { ...announced, outcome: 'CANCELLED' };
    }
    if (['NEW', 'REVIVED'].includes(announced.outcome)) await this.read(tx, announced.id);
    if (announced.outcome === 'AGAIN') await this.readOnceMore(tx, announced.id);
    return announced;
  }

  /** The same for an engagement in files. Its list is read once: a repeat only takes one up that failed. */
  async engage(
    tx: Tx,
    announcement: Announcement & { engagementId: string },
    heard: Heard,
  ): Promise<{ id: string; outcome: EngagementOutcome }> {
    await this.announcements.serialise(tx, announcement);
    const cancelledAt = await this.cancelledSince(tx, announcement, heard.saidAt);
    const isCancelled = cancelledAt !== null;
    const announced = await this.announcements.announceEngagement(tx, announcement, { heard, isCancelled });
    if (isCancelled && announced.outcome === 'NEW') {
      await this.stops.requestCancel(tx, [announced.id], cancelledInOptimove, cancelledAt);
      return { ...announced, outcome: 'CANCELLED' };
    }
    if (['NEW', 'REOPENED'].includes(announced.outcome)) await this.read(tx, announced.id);
    return announced;
  }

  /** Queues the reading of an execution. */
  read(tx: Tx, executionId: string): Promise<void> {
    return this.outbox.enqueue(tx, readRecipientsJob, { executionId, at: newId() });
  }

  /** Optimove names each template of a campaign by itself: announcements that come together share a reading. */
  private readOnceMore(tx: Tx, executionId: string): Promise<void> {
    const turn = Math.floor(Date.now() / togetherMs) + 1;
    const job = { executionId, at: `again-${turn}` };
    return this.outbox.enqueue(tx, readRecipientsJob, job, { runAt: new Date(turn * togetherMs) });
  }

  /** Also over a connection that was deleted and made again as this one. */
  private async cancelledSince(tx: Tx, announcement: Announcement, saidAt: Date): Promise<Date | null> {
    const { projectId, connectionId, optimoveCampaignId } = announcement;
    const connectionIds = await this.connections.withPredecessors(tx, connectionId);
    return this.stops.cancelledSince(tx, { projectId, connectionIds, optimoveCampaignId }, saidAt);
  }
}
