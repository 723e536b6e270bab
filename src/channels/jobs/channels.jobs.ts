import { defineJob, subscribe } from '@libs/platform';
import { connectionDeleted } from '@modules/connections';

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

subscribe(connectionDeleted, removeChannelsJob);
