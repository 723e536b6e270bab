import { defineJob } from '@libs/platform';

/** Erases the token of a deleted connection, once what it left at Optimove had time to be taken back. */
export const forgetTokenJob = defineJob<{ connectionId: string }>({
  queue: 'connections.forget-token',
  id: ({ connectionId }) => `forget-${connectionId}`,
});
