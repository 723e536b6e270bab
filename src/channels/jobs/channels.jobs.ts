import { defineJob, subscribe } from '@libs/platform';
import { callsTakenOver, connectionDeleted, tokenReplaced } from '@modules/connections';

/** Takes back what a removed channel left at Optimove; `at` tells one removal from the next of a channel that came back. */
export const unregisterListenersJob = defineJob<{ channelId: string; at: string }>({
  queue: 'channels.unregister-listeners',
  id: ({ channelId, at }) => `unregister-${channelId}-${at}`,
});

/** Removes the channels of a deleted connection. */
export const removeChannelsJob = defineJob<{ connectionId: string }>({
  queue: 'channels.remove-channels',
  id: ({ connectionId }) => `remove-${connectionId}`,
});

/** Registers the listeners of a connection that led to another one, or to the address that it had before. */
export const takeOverListenersJob = defineJob<{ connectionId: string; formerId: string; at: string }>({
  queue: 'channels.take-over-listeners',
  id: ({ connectionId, formerId, at }) => `take-over-${connectionId}-${formerId}-${at}`,
});

/** Takes back what removed channels of a connection still have at Optimove. */
export const takeBackAgainJob = defineJob<{ connectionId: string; at: string }>({
  queue: 'channels.take-back-again',
  id: ({ connectionId, at }) => `take-back-${connectionId}-${at}`,
});

subscribe(connectionDeleted, removeChannelsJob);
subscribe(callsTakenOver, takeOverListenersJob);
subscribe(tokenReplaced, takeBackAgainJob);
