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

/** What one person says now; absent media stay. */
export interface ConsentAnswer {
  profileId: string;
  email?: Subscription;
  sms?: Subscription;
}
