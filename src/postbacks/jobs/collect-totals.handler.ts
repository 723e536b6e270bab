import { HandlesJob, JobHandler } from '@libs/platform';
import { CollectTotals } from '../collect-totals';
import { collectTotalsJob } from './postbacks.jobs';

/** Runs {@link collectTotalsJob}. */
@HandlesJob(collectTotalsJob)
export class CollectTotalsHandler extends JobHandler<{ executionId: string }> {
  constructor(private readonly collectTotals: CollectTotals) {
    super();
  }

  handle({ executionId }: { executionId: string }): Promise<void> {
    return this.collectTotals.run(executionId);
  }
}
