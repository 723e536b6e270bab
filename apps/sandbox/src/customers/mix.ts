/** Shares of customers with a peculiarity, 0 to 1 each; the rest are ordinary. Repeats and malformed rows come on top. */
export interface CustomerMix {
  /** No profile knows them. */
  unmatched: number;
  /** Said no to every medium. */
  unsubscribed: number;
  /** Said no to e-mail only. */
  emailUnsubscribed: number;
  /** Said no to SMS only. */
  smsUnsubscribed: number;
  /** Switched push off on their device. */
  pushUnsubscribed: number;
  /** Have no device. */
  noDevice: number;
  /** Come with a mobile number of a wrong format. */
  badNumber: number;
  /** Were never asked whether they want e-mail or SMS. */
  notSet: number;
  /** Of those with an iPhone: their app has a token of APNs. */
  apns: number;
  /** Rows that repeat an earlier customer. */
  duplicate: number;
  /** Rows that lack an id or values. */
  malformed: number;
}

/** What an ordinary customer is not. */
export type Peculiarity = Exclude<keyof CustomerMix, 'apns' | 'duplicate' | 'malformed'>;

/** Everybody is ordinary. */
export const plainMix: CustomerMix = {
  unmatched: 0,
  unsubscribed: 0,
  emailUnsubscribed: 0,
  smsUnsubscribed: 0,
  pushUnsubscribed: 0,
  noDevice: 0,
  badNumber: 0,
  notSet: 0,
  apns: 0,
  duplicate: 0,
  malformed: 0,
};

/** In the order in which they take their shares. */
export const peculiarities: readonly Peculiarity[] = [
  'unmatched',
  'unsubscribed',
  'emailUnsubscribed',
  'smsUnsubscribed',
  'pushUnsubscribed',
  'noDevice',
  'badNumber',
  'notSet',
];

/** The peculiarity that a number from 0 to 1 falls on, or null for an ordinary customer. */
export function peculiarityAt(mix: CustomerMix, chance: number): Peculiarity | null {
  let edge = 0;
  for (const peculiarity of peculiarities) {
    edge += mix[peculiarity];
    if (chance < edge) return peculiarity;
  }
  return null;
}
