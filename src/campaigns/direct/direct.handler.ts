import { HandlesJob, JobHandler } from '@libs/platform';
import { startDirectJob } from './direct.job';
import { StartDirect } from './start-direct';

/** Runs {@link startDirectJob}. */
@HandlesJob(startDirectJob)
export class StartDirectHandler extends JobHandler<{ executionId: string }> {
  constructor(private readonly direct: StartDirect) {
    super();
  }

  handle({ executionId }: { executionId: string }): Promise<void> {
    return this.direct.start(executionId);
  }
}
