import { defineJob } from '@libs/platform';

/** Rehearses a campaign of Optimove. */
export const dryRunJob = defineJob<{ dryRunId: string }>({
  queue: 'campaigns.dry-run',
  id: ({ dryRunId }) => dryRunId,
  concurrency: 1,
});
