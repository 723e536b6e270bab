import { defineJob, subscribe } from '@libs/platform';
import { connectionDeleted } from '@modules/connections';

/** Takes back what a removed channel left at Optimove. */
export const unregisterListenersJob = defineJob<{ channelId: string }>({
  queue: 'channels.unregister-listeners',
  id: ({ channelId }) => `unregister-${channelId}`,
});

/** Removes the channels of a deleted connection. */
export const removeChannelsJob = defineJob<{ connectionId: string }>({
  queue: 'channels.remove-channels',
  id: ({ connectionId }) => `remove-${connectionId}`,
});

subscribe(connectionDeleted, removeChannelsJob);
