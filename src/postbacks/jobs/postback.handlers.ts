import { HandlesJob, JobHandler } from '@libs/platform';
import { EndEngagement } from '../engagement/end-engagement';
import { ForgetNames } from '../subscriptions/forget-names';
import { endEngagementJob, forgetNamesJob } from './postback.jobs';

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

/** Runs {@link endEngagementJob}. */
@HandlesJob(endEngagementJob)
export class EndEngagementHandler extends JobHandler<{ connectionId: string }> {
  constructor(private readonly endEngagement: EndEngagement) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.endEngagement.ofConnection(connectionId);
  }
}
