import { HandlesJob, JobHandler } from '@libs/platform';
import { ReadRecipients } from '../execution/read-recipients';
import { readRecipientsJob } from './execution.jobs';

/** Runs {@link readRecipientsJob}. */
@HandlesJob(readRecipientsJob)
export class ReadRecipientsHandler extends JobHandler<{ executionId: string; reading: number }> {
  constructor(private readonly readRecipients: ReadRecipients) {
    super();
  }

  handle(data: { executionId: string; reading: number }): Promise<void> {
    return this.readRecipients.run(data);
  }
}
