import type { MatchKeys } from '@modules/matching';

/** By which attributes customers are told, as it is stored: the User ID attribute and the mobile number attribute. */
export type MatchedBy = [userId: string | null, mobileNumber: string | null];

/** What is stored of the attributes that a connection has now. */
export function matchedByOf({ userIdAttribute, mobileNumberAttribute }: MatchKeys): MatchedBy {
  return [userIdAttribute, mobileNumberAttribute];
}

/** Those that were stored first; where nothing was, those of the connection. */
export function keysOf(connection: MatchKeys, ...stored: (MatchedBy | null | undefined)[]): MatchKeys {
  const [userIdAttribute, mobileNumberAttribute] = stored.find((each) => each) ?? matchedByOf(connection);
  return { userIdAttribute, mobileNumberAttribute };
}
