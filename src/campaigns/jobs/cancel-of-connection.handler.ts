import { HandlesJob, JobHandler } from '@libs/platform';
import { CancelExecution } from '../execution/cancel-execution';
import { cancelOfConnectionJob } from './execution.jobs';

/** Runs {@link cancelOfConnectionJob}. */
@HandlesJob(cancelOfConnectionJob)
export class CancelOfConnectionHandler extends JobHandler<{ connectionId: string }> {
  constructor(private readonly cancellation: CancelExecution) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.cancellation.ofConnection(connectionId);
  }
}
