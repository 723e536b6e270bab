import type { ChannelView } from '@modules/channels';
import type { ContactMedium } from '@modules/profiles';
import type { SubscriptionSetting, SubscriptionTarget } from './subscription-status';

const mediumOfKind: Record<ChannelView['kind'], ContactMedium | null> = {
  MOBILE_PUSH: 'MOBILE_PUSH',
  WEB_PUSH: 'WEB_PUSH',
  SMS_SUBSCRIPTION: 'SMS',
  TRIGGERED: null,
};

/**
 * Where the status of each medium goes: push to the channels that carry it, SMS to Optimove's channel 444 and to no
 * other, e-mail to the channel that the connection names.
 */
export function targetsOf(
  channels: ChannelView[],
  setting: Pick<SubscriptionSetting, 'emailChannelId'> | null,
): Omit<SubscriptionTarget, 'id'>[] {
  const targets = channels.flatMap(({ kind, optimoveChannelId }): Omit<SubscriptionTarget, 'id'>[] => {
    const medium = mediumOfKind[kind];
    return medium ? [{ medium, optimoveChannelId }] : [];
  });
  const emailChannelId = setting?.emailChannelId ?? null;
  return emailChannelId === null ? targets : [...targets, { medium: 'EMAIL', optimoveChannelId: emailChannelId }];
}
