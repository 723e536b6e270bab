import { HandlesJob, JobHandler } from '@libs/platform';
import { SendChunk } from '../execution/send-chunk';
import { sendChunkJob } from './execution.jobs';

/** Runs {@link sendChunkJob}. */
@HandlesJob(sendChunkJob)
export class SendChunkHandler extends JobHandler<{ executionId: string; chunkNo: number; attempt: number }> {
  constructor(private readonly sendChunk: SendChunk) {
    super();
  }

  handle(data: { executionId: string; chunkNo: number; attempt: number }): Promise<void> {
    return this.sendChunk.run(data);
  }
}
