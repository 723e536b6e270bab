/** Media whose subscription state others want to know. */
export const contactMedia = ['MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL'] as const;

/** One of {@link contactMedia}. */
export type ContactMedium = (typeof contactMedia)[number];

/**
 * Whether messages of a medium may reach a person now: subscribed (for push: not unsubscribed) with an address that no
 * provider has called dead. For push there is a row of all devices, and one for each app of theirs.
 */
export interface ContactabilityRow {
  profileId: string;
  medium: ContactMedium;
  /** Devices of this app alone; null: whatever the person has. */
  appId: string | null;
  isContactable: boolean;
}
