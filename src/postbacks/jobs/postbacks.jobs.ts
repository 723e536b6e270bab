import { defineJob, subscribe } from '@libs/platform';
import { executionTotalsChanged } from '@modules/campaigns';

/** Takes over totals that may have changed. */
export const collectTotalsJob = defineJob<{ executionId: string }>({
  queue: 'postbacks.collect-totals',
  id: ({ executionId }) => `${executionId}_${Date.now()}`,
});

subscribe(executionTotalsChanged, collectTotalsJob);
