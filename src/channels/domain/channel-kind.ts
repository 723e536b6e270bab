import type { Medium } from '@libs/delivery';

/** What a channel is for. */
export const channelKinds = ['MOBILE_PUSH', 'WEB_PUSH', 'TRIGGERED', 'SMS_SUBSCRIPTION'] as const;

/** One of {@link channelKinds}. */
export type ChannelKind = (typeof channelKinds)[number];

/** Where a channel stands with its listeners at Optimove. */
export const channelStates = ['PENDING', 'ACTIVE', 'FAILED', 'REMOVED'] as const;

/** One of {@link channelStates}. */
export type ChannelState = (typeof channelStates)[number];

/** Optimove's channel "Xtremepush SMS": SMS subscription status is posted back to it and nothing is ever sent on it. */
export const smsSubscriptionChannelId = 444;

const media: Record<ChannelKind, readonly Medium[]> = {
  MOBILE_PUSH: ['MOBILE_PUSH', 'SMS', 'INBOX', 'EMAIL', 'IN_APP'],
  WEB_PUSH: ['WEB_PUSH', 'SMS', 'INBOX', 'EMAIL'],
  TRIGGERED: ['MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'],
  SMS_SUBSCRIPTION: [],
};

const names: Record<ChannelKind, string> = {
  MOBILE_PUSH: 'Xtremepush',
  WEB_PUSH: 'Xtremepush Webpush',
  TRIGGERED: 'Xtremepush Triggered',
  SMS_SUBSCRIPTION: 'Xtremepush SMS',
};

/** The media that campaigns of such a channel may use; none for SMS subscription. */
export function mediaOfKind(kind: ChannelKind): Medium[] {
  return [...media[kind]];
}

/** The name that Optimove usually gives a channel of this kind. */
export function usualNameOf(kind: ChannelKind): string {
  return names[kind];
}

/** The kind that a channel of Optimove most likely is for, by its number or name. */
export function kindSuggestedBy({ id, name }: { id: number; name: string }): ChannelKind | null {
  if (id === smsSubscriptionChannelId) return 'SMS_SUBSCRIPTION';
  return channelKinds.find((kind) => kind !== 'SMS_SUBSCRIPTION' && isSameName(names[kind], name)) ?? null;
}

/** Names of channels are typed by people: spaces and case do not tell them apart. */
export function isSameName(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

const plain = (name: string): string => name.replaceAll(/\s+/g, ' ').trim().toLowerCase();
