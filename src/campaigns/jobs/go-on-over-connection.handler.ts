import { HandlesJob, JobHandler } from '@libs/platform';
import { GoOnOverConnection } from '../execution/go-on-over-connection';
import { goOnOverConnectionJob } from './execution.jobs';

/** Runs {@link goOnOverConnectionJob}. */
@HandlesJob(goOnOverConnectionJob)
export class GoOnOverConnectionHandler extends JobHandler<{ connectionId: string; at: string }> {
  constructor(private readonly goOn: GoOnOverConnection) {
    super();
  }

  handle(data: { connectionId: string; at: string }): Promise<void> {
    return this.goOn.run(data);
  }
}
