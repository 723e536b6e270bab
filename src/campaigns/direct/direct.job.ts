import { defineJob } from '@libs/platform';

/** Freezes the audience of a Direct execution and begins to send. */
export const startDirectJob = defineJob<{ executionId: string }>({
  queue: 'campaigns.start-direct',
  // A failed job keeps its id for a week; the clock's next try must not be taken for it.
  id: ({ executionId }) => `${executionId}_${Math.floor(Date.now() / 10_000)}`,
  concurrency: 2,
});
