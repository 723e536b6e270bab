import { InvariantError } from '@libs/foundation';
import { fromId, type WireObject } from './wire';

/** Events of UpdateCampaignInteractions and their numbers. Optimove API: a bounce is 7 here, and 9 among the metrics. */
export const eventIds = {
  sent: 0,
  delivered: 1,
  opened: 2,
  clicked: 3,
  unsubscribed: 4,
  dropped: 5,
  spam: 6,
  bounced: 7,
} as const;

/** Most customers in one call of UpdateCampaignInteractions. */
export const largestInteraction = 10_000;

/** One event of many customers on one day. */
export interface InteractionBatch {
  campaignId: string;
  channelId: number;
  templateId: string;
  /** One of {@link eventIds}. */
  eventId: number;
  /** `YYYY-MM-DD`, in the connection's time zone. */
  date: string;
  customerIds: string[];
}

/** One event of one customer as Optimove has it. */
export interface KnownInteraction {
  campaignId: string;
  channelId: string;
  templateId: string;
  eventId: string;
  /** `YYYY-MM-DD`; null when it came without one. */
  date: string | null;
}

/** The body of UpdateCampaignInteractions. @throws {InvariantError} for no customer or too many. */
export function interactionBody(batch: InteractionBatch): Record<string, unknown> {
  const count = batch.customerIds.length;
  if (count === 0 || count > largestInteraction) {
    throw new InvariantError(`1 to ${largestInteraction} customers go into one call, not ${count}`);
  }
  return {
    CampaignID: fromId(batch.campaignId),
    ChannelID: batch.channelId,
    InteractionDate: batch.date,
    TemplateID: fromId(batch.templateId),
    EventID: batch.eventId,
    CustomerIDs: batch.customerIds,
  };
}

/** A row of GetCustomerChannelInteractions. */
export function readInteraction(row: WireObject): KnownInteraction {
  return {
    campaignId: row.id('CampaignID') ?? '',
    channelId: row.id('ChannelID') ?? '',
    templateId: row.id('TemplateID') ?? '',
    eventId: row.id('EventID') ?? '',
    date: row.text('Date')?.slice(0, 10) ?? null,
  };
}
