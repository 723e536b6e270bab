import type { AppInOptimove } from '@modules/campaigns';
import type { ChannelView } from '@modules/channels';
import type { ContactMedium } from '@modules/profiles';
import type { SubscriptionSetting, SubscriptionTarget } from './subscription-status';

/** A target as it should be. */
export interface WantedTarget extends Omit<SubscriptionTarget, 'id'> {
  /** Whether Optimove knows the place already; what is not there yet is not begun, what was begun goes on. */
  isReady: boolean;
}

const mediumOfKind: Record<ChannelView['kind'], ContactMedium | null> = {
  MOBILE_PUSH: 'MOBILE_PUSH',
  WEB_PUSH: 'WEB_PUSH',
  SMS_SUBSCRIPTION: 'SMS',
  TRIGGERED: null,
};

/**
 * Where the status of each medium goes: push to the channels that carry it and to each of their apps, SMS to Optimove's
 * channel 444 and to no other, e-mail to the channel that the connection names.
 */
export function targetsOf({
  channels,
  apps,
  setting,
}: {
  channels: ChannelView[];
  apps: AppInOptimove[];
  setting: Pick<SubscriptionSetting, 'emailChannelId'> | null;
}): WantedTarget[] {
  const targets = channels.flatMap(({ kind, optimoveChannelId }): WantedTarget[] => {
    const medium = mediumOfKind[kind];
    if (!medium) return [];
    const own = apps.filter((app) => app.optimoveChannelId === optimoveChannelId);
    return [
      { medium, optimoveChannelId, appId: null, isReady: true },
      ...own.map(({ appId, isPublished }) => ({ medium, optimoveChannelId, appId, isReady: isPublished })),
    ];
  });
  const emailChannelId = setting?.emailChannelId ?? null;
  if (emailChannelId === null) return targets;
  return [...targets, { medium: 'EMAIL', optimoveChannelId: emailChannelId, appId: null, isReady: true }];
}
