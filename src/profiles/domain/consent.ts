import type { Subscription } from './subscription';

/** Where a change of consent came from. */
export type ConsentSource =
  | 'SDK'
  | 'IMPORT'
  | 'API'
  | 'PREFERENCE_PAGE'
  | 'UNSUBSCRIBE_LINK'
  | 'KEYWORD'
  | 'DEVICE_MOVED';

/** What one person says; absent media stay. */
export interface ConsentAnswer {
  profileId: string;
  /**
   * When it reached us, by the clock of the database, or when it was said to a provider; absent: with the transaction that
   * stores it.
   */
  saidAt?: Date;
  email?: Subscription;
  sms?: Subscription;
}
