import { HandlesJob, JobHandler } from '@libs/platform';
import { ApplyReceipts } from '../execution/apply-receipts';
import { applyReceiptsJob } from './execution.jobs';

/** Runs {@link applyReceiptsJob}. */
@HandlesJob(applyReceiptsJob)
export class ApplyReceiptsHandler extends JobHandler<{ accountId: string }> {
  constructor(private readonly applyReceipts: ApplyReceipts) {
    super();
  }

  handle(): Promise<void> {
    return this.applyReceipts.run();
  }
}
