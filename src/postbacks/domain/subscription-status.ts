import type { ContactMedium } from '@modules/profiles';

/** What Optimove is told about a customer on a channel. */
export type SubscriptionStatus = 'SUBSCRIBED' | 'UNSUBSCRIBED';

/** Both of {@link SubscriptionStatus}. */
export const subscriptionStatuses = ['SUBSCRIBED', 'UNSUBSCRIBED'] as const satisfies SubscriptionStatus[];

/** Where the walk over everyone, which comes before changes are enough, stands. */
export type WalkState = 'NONE' | 'ASKED' | 'WALKING' | 'DONE';

/** How a connection posts subscription status. */
export interface SubscriptionSetting {
  connectionId: string;
  projectId: string;
  isOn: boolean;
  /** Optimove's number for the state; which number means what differs and is confirmed by a person. */
  subscribedMode: number;
  unsubscribedMode: number;
  confirmedBy: string | null;
  confirmedAt: Date | null;
  /** Optimove channel that stands for e-mail; null: e-mail is not posted. */
  emailChannelId: number | null;
  version: number;
  walkState: WalkState;
  walkTaskId: string | null;
  /** Whether the walk also posts what Optimove acknowledged before. */
  walkPostsAgain: boolean;
  /** Whether customer IDs mean other people than those whom Optimove was told of. */
  namesChanged: boolean;
  /** People of the last walk whom Optimove knows under no customer id. */
  withoutCustomer: number;
}

/** An Optimove channel, or one app of it, that a medium's status is posted to. */
export interface SubscriptionTarget {
  id: string;
  medium: ContactMedium;
  optimoveChannelId: number;
  /** The app that the status is of; null: of the channel as a whole. */
  appId: string | null;
}

/** The status that one customer should have on one target. */
export interface OwedStatus {
  targetId: string;
  customerId: string;
  profileId: string;
  status: SubscriptionStatus;
}

/** The documented example uses 2; which is which is an assumption until a person confirms it. */
export const usualModes = { subscribed: 1, unsubscribed: 2 } as const;

/** How many seconds after a post without an answer Optimove may still be working on it: nothing newer is said before. */
export const doubtSeconds = 120;
