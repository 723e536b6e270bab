import { defineJob, subscribe } from '@libs/platform';
import { userIdAttributeChanged } from '@modules/connections';

/** Forgets who customers were to a connection that finds profiles by another attribute from now on. */
export const forgetNamesJob = defineJob<{ connectionId: string; at: string }>({
  queue: 'postbacks.forget-names',
  id: ({ connectionId, at }) => `forget-names-${connectionId}-${at}`,
});

subscribe(userIdAttributeChanged, forgetNamesJob);
