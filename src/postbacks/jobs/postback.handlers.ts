import { HandlesJob, JobHandler } from '@libs/platform';
import { EndEngagement } from '../engagement/end-engagement';
import { endEngagementJob } from './postback.jobs';

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
