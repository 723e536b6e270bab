import { HandlesJob, JobHandler } from '@libs/platform';
import { ForgetNames } from '../subscriptions/forget-names';
import { forgetNamesJob } from './postback.jobs';

/** Runs {@link forgetNamesJob}. */
@HandlesJob(forgetNamesJob)
export class ForgetNamesHandler extends JobHandler<{ connectionId: string; at: string }> {
  constructor(private readonly forgetNames: ForgetNames) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.forgetNames.ofConnection(connectionId);
  }
}
