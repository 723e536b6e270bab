import { defineEvent } from '@libs/platform';

/** Receipts of a provider account are stored and wait to be taken. */
export const receiptsArrived = defineEvent<{ accountId: string }>('channels.receipts-arrived');

/** The channel of PostgreSQL on which every process learns what channels were removed; the payload is a {@link removalOf}. */
export const channelRemovals = 'channels.removed';

/** Names a channel by its connection and Optimove's number. */
export function removalOf(channel: { connectionId: string; optimoveChannelId: number }): string {
  return `${channel.connectionId} ${channel.optimoveChannelId}`;
}
