import { defineJob, subscribe } from '@libs/platform';
import { accountLeft, connectionDeleted, tokenReplaced, userIdAttributeChanged } from '@modules/connections';

/** Asks Optimove for its data date and begins what it calls for. `at` tells one asking from the next. */
export const checkDataDateJob = defineJob<{ projectId: string; connectionId: string; at: string }>({
  queue: 'suppression.check-data-date',
  id: ({ connectionId, at }) => `check-${connectionId}-${at}`,
  attempts: 3,
});

/** Works one sync run; `at` tells one try from the next. */
export const syncAttributeJob = defineJob<{ runId: string; at: string }>({
  queue: 'suppression.sync-attribute',
  id: ({ runId, at }) => `sync-${runId}-${at}`,
  attempts: 1,
  concurrency: 2,
});

/** Syncs with another token what the former one kept from it; `at` tells one token from the next. */
export const syncWithTokenJob = defineJob<{ connectionId: string; at: string }>({
  queue: 'suppression.sync-with-token',
  id: ({ connectionId, at }) => `sync-with-token-${connectionId}-${at}`,
});

/** Stops the attributes of a deleted connection. */
export const stopOfConnectionJob = defineJob<{ connectionId: string }>({
  queue: 'suppression.stop-of-connection',
  id: ({ connectionId }) => `stop-suppression-${connectionId}`,
});

/** Forgets values that hang on keys of the former User ID attribute. */
export const forgetValuesJob = defineJob<{ connectionId: string; at: string }>({
  queue: 'suppression.forget-values',
  id: ({ connectionId, at }) => `forget-values-${connectionId}-${at}`,
});

/** Forgets values and days of the account that a connection had before. */
export const forgetAccountJob = defineJob<{ connectionId: string; at: string }>({
  queue: 'suppression.forget-account',
  id: ({ connectionId, at }) => `forget-account-${connectionId}-${at}`,
});

subscribe(connectionDeleted, stopOfConnectionJob);
subscribe(userIdAttributeChanged, forgetValuesJob);
subscribe(accountLeft, forgetAccountJob);
subscribe(tokenReplaced, syncWithTokenJob);
