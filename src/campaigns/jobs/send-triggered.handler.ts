import { HandlesJob, JobHandler } from '@libs/platform';
import { SendChunk } from '../execution/send-chunk';
import { sendTriggeredJob } from './execution.jobs';

/** Runs {@link sendTriggeredJob}. */
@HandlesJob(sendTriggeredJob)
export class SendTriggeredHandler extends JobHandler<{ executionId: string; chunkNo: number; attempt: number }> {
  constructor(private readonly sendChunk: SendChunk) {
    super();
  }

  handle(data: { executionId: string; chunkNo: number; attempt: number }): Promise<void> {
    return this.sendChunk.run(data);
  }
}
