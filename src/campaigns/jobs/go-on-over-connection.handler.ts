import { HandlesJob, JobHandler } from '@libs/platform';
import { GoOnOverConnection } from '../execution/go-on-over-connection';
import { goOnOverConnectionJob } from './execution.jobs';

/** Runs {@link goOnOverConnectionJob}. */
@HandlesJob(goOnOverConnectionJob)
export class GoOnOverConnectionHandler extends JobHandler<{ connectionId: string }> {
  constructor(private readonly goOn: GoOnOverConnection) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.goOn.run(connectionId);
  }
}
