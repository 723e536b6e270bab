import type { ApnsEnvironment, EncryptionKeys, Medium, PushService } from '@libs/delivery';
import type { Browser } from '@modules/profiles';

/** Why the gate refused an address, in the order the reasons are looked at. */
export type RefusalReason = 'NO_ADDRESS' | 'NOT_ADDRESSABLE' | 'NOT_SUBSCRIBED' | 'SUPPRESSED' | 'SUPPRESSION_STALE';

/** One person whose messages want to go out. */
export interface GatePerson {
  seq: number;
  profileId: string;
  /** A service message: it needs no subscription. All else that stands against the person still does. */
  ignoresSubscription?: boolean;
}

/** What the gate says of one person on one medium at one address. */
export type GateDecision =
  | {
      seq: number;
      profileId: string;
      medium: Medium;
      isAllowed: true;
      addressKey: string;
      address: string;
      platform: 'ANDROID' | 'IOS' | null;
      /** Whose push token the address is; null for what is no phone. */
      pushService: PushService | null;
      /** Where a token of APNs is good. */
      apnsEnvironment: ApnsEnvironment | null;
      /** Of a web-push subscription. */
      browser: Browser | null;
      /** The app or site of a device. */
      appId: string | null;
      /** What messages can be encrypted with for the app of a phone. */
      encryptionKeys: EncryptionKeys | null;
    }
  | {
      seq: number;
      profileId: string;
      medium: Medium;
      isAllowed: false;
      addressKey: string | null;
      reason: RefusalReason;
      detail: string;
    };

interface Reach {
  medium: Medium;
  isAddressable: boolean;
  subscription: 'SUBSCRIBED' | 'UNSUBSCRIBED' | 'NOT_SET';
}

/** Push goes out unless switched off; e-mail and SMS need a yes. */
export function isSubscribed({ medium, subscription }: Pick<Reach, 'medium' | 'subscription'>): boolean {
  if (medium === 'EMAIL' || medium === 'SMS') return subscription === 'SUBSCRIBED';
  return subscription !== 'UNSUBSCRIBED';
}

/** A reason not to send, with words for those who ask. */
export interface Refusal {
  reason: RefusalReason;
  detail: string;
}

/** The first reason against an address, or null when it may be used. */
export function refusalOf(
  reach: Reach,
  { isListed, guard, ignoresSubscription }: { isListed: boolean; guard: Refusal | null; ignoresSubscription?: boolean },
): Refusal | null {
  if (!reach.isAddressable) return { reason: 'NOT_ADDRESSABLE', detail: 'The address is known to be unreachable' };
  if (!ignoresSubscription && !isSubscribed(reach)) {
    return {
      reason: 'NOT_SUBSCRIBED',
      detail: `Subscription is ${reach.subscription.toLowerCase().replace('_', ' ')}`,
    };
  }
  if (isListed) return { reason: 'SUPPRESSED', detail: 'On a suppression list of the project' };
  return guard;
}
