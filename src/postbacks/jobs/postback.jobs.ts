import { defineJob, subscribe } from '@libs/platform';
import { accountLeft, connectionDeleted, userIdAttributeChanged } from '@modules/connections';

/** Forgets who customers were to a connection that finds profiles by another attribute, or has another account, from now on. */
export const forgetNamesJob = defineJob<{ connectionId: string; at: string }>({
  queue: 'postbacks.forget-names',
  id: ({ connectionId, at }) => `forget-names-${connectionId}-${at}`,
});

/** Ends what Optimove was to be told over a deleted connection. */
export const endEngagementJob = defineJob<{ connectionId: string }>({
  queue: 'postbacks.end-engagement',
  id: ({ connectionId }) => `end-engagement-${connectionId}`,
});

subscribe(userIdAttributeChanged, forgetNamesJob);
subscribe(accountLeft, forgetNamesJob);
subscribe(connectionDeleted, endEngagementJob);
