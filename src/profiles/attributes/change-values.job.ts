import { defineJob } from '@libs/platform';

/** Converts or removes stored values; the work says what is left to do. `at` tells one asking from the next. */
export const changeValuesJob = defineJob<{ workId: string; at: string }>({
  queue: 'profiles.change-values',
  id: ({ workId, at }) => `values-${workId}-${at.replaceAll(':', '')}`,
  attempts: 5,
});
