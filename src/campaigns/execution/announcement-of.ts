import { systemClock } from '@libs/foundation';
import type { OptimoveCallback } from '@libs/optimove-client';
import type { ChannelView } from '@modules/channels';
import type { ConnectionView } from '@modules/connections';
import { runDateOf, triggeredDay } from '../domain/execution/run-date';
import type { Announcement } from '../persistence/ledger/announcement.repository';

/** Why a call announces nothing. */
export interface Refusal {
  reason: string;
}

const triggered = 11;

/** The execution that a callback announces or adds to, or why there is none. */
export function announcementOf(
  { connection, receivedAt }: { connection: ConnectionView; receivedAt: Date },
  callback: OptimoveCallback & { channel: ChannelView | null; isWithdrawn?: boolean },
): Announcement | Refusal {
  const isTriggered = callback.eventTypeId === triggered;
  const { campaignId, channelId, channel } = callback;
  if (campaignId === null) return { reason: 'CampaignID is missing' };
  if (channelId === null) {
    const several = isTriggered ? ', and the connection has not exactly one triggered channel' : '';
    return { reason: `ChannelID is missing${several}` };
  }
  if (isTriggered && callback.customerId === null)
    return { reason: 'CustomerID is missing: visitors cannot be reached' };
  if (connection.isDisabled) return { reason: 'The connection is disabled' };
  if (!channel) return { reason: `Channel ${channelId} is not set up on this connection; add it in Overview` };
  if (isTriggered && callback.templateId === null) {
    return { reason: `TemplateID is missing, and channel ${channelId} has not exactly one live template` };
  }
  if (callback.isWithdrawn) {
    return { reason: `The campaign of template ${callback.templateId} is withdrawn; resume it to have it sent again` };
  }
  if (channel.kind === 'SMS_SUBSCRIPTION') return { reason: `Channel ${channelId} is for subscription status only` };
  return {
    projectId: connection.projectId,
    connectionId: connection.id,
    channelId: channel.id,
    optimoveChannelId: channel.optimoveChannelId,
    optimoveCampaignId: campaignId,
    runDate: isTriggered
      ? triggeredDay({ receivedAt, now: systemClock.now() }, connection.timeZone)
      : runDateOf(callback.timeStamp, receivedAt, connection.timeZone),
  };
}
