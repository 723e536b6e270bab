import { HandlesJob, JobHandler } from '@libs/platform';
import { ReadOnOverConnection } from '../execution/read-on-over-connection';
import { readOnOverConnectionJob } from './execution.jobs';

/** Runs {@link readOnOverConnectionJob}. */
@HandlesJob(readOnOverConnectionJob)
export class ReadOnOverConnectionHandler extends JobHandler<{ connectionId: string; at: string }> {
  constructor(private readonly readOn: ReadOnOverConnection) {
    super();
  }

  handle(data: { connectionId: string; at: string }): Promise<void> {
    return this.readOn.run(data);
  }
}
