import { HandlesJob, JobHandler } from '@libs/platform';
import { DrainTriggered } from '../execution/drain-triggered';
import { drainTriggeredJob } from './execution.jobs';

/** Runs {@link drainTriggeredJob}. */
@HandlesJob(drainTriggeredJob)
export class DrainTriggeredHandler extends JobHandler<{ executionId: string }> {
  constructor(private readonly drainTriggered: DrainTriggered) {
    super();
  }

  handle({ executionId }: { executionId: string }): Promise<void> {
    return this.drainTriggered.run(executionId);
  }
}
