import { toError } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { BatchView } from '../persistence/engagement-batch.repository';
import { EngagementBatchRepository } from '../persistence/engagement-batch.repository';
import { EngagementEventRepository } from '../persistence/engagement-event.repository';
import { eventIdOf } from '../roads/interactions.road';

/** What Optimove says of an uncertain batch. FOUND settles it; what is not found may only not be shown yet. */
export interface BatchCheck {
  id: string;
  outcome: 'FOUND' | 'NOT_FOUND' | 'PARTLY_FOUND' | 'CANNOT_TELL';
  detail: string | null;
}

const mostWitnesses = 3;
const moved = 'The connection has another account by now; look the customers up in the screens of the former one';
/** What is read back is what interactions told; that signed events are shown there is not documented. */
const notShown = 'Optimove need not show signed events to those who ask; look the customers up in its screens';

/** Asks Optimove what it knows of customers whose event was posted without an answer. */
@Injectable()
export class CheckEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly batches: EngagementBatchRepository,
    private readonly events: EngagementEventRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** Checks those of the batches that are uncertain, with at most three calls each. */
  async run(actor: Actor, connectionId: string, ids: string[]): Promise<BatchCheck[]> {
    const checks: BatchCheck[] = [];
    for (const id of ids) {
      const batch = await this.batches.find(this.transactions.pool, actor.projectId, id);
      if (batch?.connectionId !== connectionId || batch.state !== 'UNCERTAIN') continue;
      const check = await this.check(batch);
      if (check.outcome === 'FOUND') await this.accept(actor, batch);
      checks.push(check);
    }
    return checks;
  }

  private async check(batch: BatchView): Promise<BatchCheck> {
    const connection = await this.connections.existing(batch.projectId, batch.connectionId);
    if (connection?.accountId !== batch.accountId) return { id: batch.id, outcome: 'CANNOT_TELL', detail: moved };
    const customerIds = await this.events.witnesses(this.transactions.pool, batch.id, mostWitnesses);
    if (customerIds.length === 0) {
      const detail = 'Every customer of it did the same in another batch of the day';
      return { id: batch.id, outcome: 'CANNOT_TELL', detail };
    }
    try {
      let found = 0;
      for (const customerId of customerIds) found += (await this.isKnown(batch, customerId)) ? 1 : 0;
      if (found === customerIds.length) return { id: batch.id, outcome: 'FOUND', detail: null };
      if (batch.road === 'EVENTS') return { id: batch.id, outcome: 'CANNOT_TELL', detail: notShown };
      const detail = `Optimove shows it of ${found} of ${customerIds.length} customers`;
      return { id: batch.id, outcome: found === 0 ? 'NOT_FOUND' : 'PARTLY_FOUND', detail };
    } catch (error) {
      return { id: batch.id, outcome: 'CANNOT_TELL', detail: toError(error).message };
    }
  }

  private async isKnown(batch: BatchView, customerId: string): Promise<boolean> {
    const client = await this.connections.clientFor(batch.connectionId);
    const range = { channelId: batch.optimoveChannelId, from: batch.day, to: batch.day };
    const known = await client.getCustomerChannelInteractions({ customerId, ...range });
    return known.some(
      ({ campaignId, templateId, eventId }) =>
        campaignId === batch.optimoveCampaignId &&
        templateId === batch.optimoveTemplateId &&
        eventId === String(eventIdOf[batch.event]),
    );
  }

  private accept(actor: Actor, { id, connectionId }: BatchView): Promise<void> {
    return this.transactions.run(async (tx) => {
      await this.batches.settle(tx, { projectId: actor.projectId, connectionId, ids: [id] }, 'ACCEPT');
      const subject = { type: 'engagement-batch', id };
      await this.audit.record(tx, actor, { action: 'engagement-batch.found-at-optimove', subject });
    });
  }
}
