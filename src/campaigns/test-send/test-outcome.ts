import type { Medium } from '@libs/delivery';

/** What a test delivery came to. NOT_SENT: nothing was handed over, `reason` says why. */
export const testStates = ['NOT_SENT', 'ACCEPTED', 'REJECTED', 'UNCERTAIN'] as const;

/** One of {@link testStates}. */
export type TestState = (typeof testStates)[number];

/** One message of a test to one address; the address key is empty when it did not come to an address. */
export interface TestOutcome {
  seq: number;
  profileId: string;
  medium: Medium;
  addressKey: string;
  accountId: string | null;
  state: TestState;
  reason: string | null;
  providerMessageId: string | null;
}
