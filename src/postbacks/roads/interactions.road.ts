import { eventIds, largestInteraction } from '@libs/optimove-client';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { EngagementEvent } from '../domain/engagement';
import type { EngagementMessage } from './engagement-message';
import { LastWord } from './last-word';
import type { Road } from './road';

/** Optimove's numbers of the events; a bounce has another one among the metrics. */
export const eventIdOf: Record<EngagementEvent, number> = {
  OPENED: eventIds.opened,
  CLICKED: eventIds.clicked,
  UNSUBSCRIBED: eventIds.unsubscribed,
  COMPLAINED: eventIds.spam,
  BOUNCED: eventIds.bounced,
};

/** Customers by UpdateCampaignInteractions, which adds up. */
@Injectable()
export class InteractionsRoad implements Road<EngagementMessage> {
  readonly largest = largestInteraction;

  constructor(
    private readonly connections: ConnectionsService,
    private readonly lastWord: LastWord,
  ) {}

  async tell(connection: ConnectionView, { batch, customers }: EngagementMessage): Promise<void> {
    const client = await this.connections.clientFor(connection.id);
    await client.updateCampaignInteractions({
      campaignId: batch.optimoveCampaignId,
      channelId: batch.optimoveChannelId,
      templateId: batch.optimoveTemplateId,
      eventId: eventIdOf[batch.event],
      date: batch.day,
      customerIds: customers.map(({ customerId }) => customerId),
      lastWord: this.lastWord.for(connection),
    });
  }
}
