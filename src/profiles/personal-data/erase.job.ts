import { defineJob } from '@libs/platform';

/** Takes a person out of what is kept; the erasure says who. `at` tells one asking from the next. */
export const erasePersonJob = defineJob<{ erasureId: string; at: string }>({
  queue: 'profiles.erase',
  id: ({ erasureId, at }) => `erase-${erasureId}-${at.replaceAll(':', '')}`,
  attempts: 5,
});
