import { HandlesJob, JobHandler } from '@libs/platform';
import { SendChunk } from '../execution/send-chunk';
import { sendChunkJob } from './execution.jobs';

/** Runs {@link sendChunkJob}: the job tells that a chunk is due, and whose turn it is decides which one is sent. */
@HandlesJob(sendChunkJob)
export class SendChunkHandler extends JobHandler<{ executionId: string; chunkNo: number; attempt: number }> {
  constructor(private readonly sendChunk: SendChunk) {
    super();
  }

  handle(): Promise<void> {
    return this.sendChunk.runNext();
  }
}
