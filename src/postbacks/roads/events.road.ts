import { largestEventList } from '@libs/optimove-client';
import { SecretBox } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import type { EngagementEvent } from '../domain/engagement';
import type { EngagementMessage } from './engagement-message';
import { LastWord } from './last-word';
import type { Road } from './road';

/** Names of the events and of what they are about: to be agreed with Optimove when it sets the tenant up. */
const names: Record<EngagementEvent, string> = {
  OPENED: 'opened',
  CLICKED: 'clicked',
  UNSUBSCRIBED: 'unsubscribed',
  COMPLAINED: 'spam',
  BOUNCED: 'bounced',
};

/** Customers by signed saveEvent calls. */
@Injectable()
export class EventsRoad implements Road<EngagementMessage> {
  readonly largest = largestEventList;

  constructor(
    private readonly connections: ConnectionsService,
    private readonly secrets: SecretBox,
    private readonly lastWord: LastWord,
  ) {}

  async tell(connection: ConnectionView, { batch, setting, customers }: EngagementMessage): Promise<void> {
    const { eventsUrl: url, eventsToken } = setting;
    const tenantToken = this.secrets.open(eventsToken ?? '', connection.id);
    const sender = await this.connections.eventSenderFor(connection.id, { url: url ?? '', tenantToken });
    const context = {
      campaignId: batch.optimoveCampaignId,
      channelId: batch.optimoveChannelId,
      templateId: batch.optimoveTemplateId,
    };
    const event = names[batch.event];
    await sender.save(
      customers.map(({ customerId: customer, occurredAt }) => ({ event, customer, occurredAt, context })),
      this.lastWord.for(connection),
    );
  }
}
