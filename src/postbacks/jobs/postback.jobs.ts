import { defineJob, subscribe } from '@libs/platform';
import { connectionDeleted } from '@modules/connections';

/** Ends what Optimove was to be told over a deleted connection. */
export const endEngagementJob = defineJob<{ connectionId: string }>({
  queue: 'postbacks.end-engagement',
  id: ({ connectionId }) => `end-engagement-${connectionId}`,
});

subscribe(connectionDeleted, endEngagementJob);
