/** What a person has said about messages on a medium: yes, no or nothing. */
export const subscriptions = ['SUBSCRIBED', 'UNSUBSCRIBED', 'NOT_SET'] as const;

/** One of {@link subscriptions}. */
export type Subscription = (typeof subscriptions)[number];

/** Reads a subscription as files write it; null when it is none. */
export function readSubscription(text: string): Subscription | null {
  const upper = text.trim().toUpperCase().replaceAll(' ', '_');
  return subscriptions.find((subscription) => subscription === upper) ?? null;
}
