import { defineJob } from '@libs/platform';

/** Counts the recipients of rules; the count says what is left to do. `at` tells one asking from the next. */
export const countRecipientsJob = defineJob<{ countId: string; at: string }>({
  queue: 'profiles.count-recipients',
  id: ({ countId, at }) => `count-${countId}-${at.replaceAll(':', '')}`,
  attempts: 5,
});
