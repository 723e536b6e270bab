/** Why a change of a channel was refused. */
export const channelErrorCodes = [
  'INVALID',
  'NOT_FOUND',
  'UNKNOWN_CHANNEL',
  'ALREADY_ADDED',
  'SUBSCRIPTION_CHANNEL',
  'CONNECTION_DISABLED',
  'NOT_SCHEDULED',
] as const;

/** One of {@link channelErrorCodes}. */
export type ChannelErrorCode = (typeof channelErrorCodes)[number];

/** What is wrong with a field, and what to do about it. */
export interface ChannelProblem {
  code: ChannelErrorCode;
  path: string[];
  message: string;
}
