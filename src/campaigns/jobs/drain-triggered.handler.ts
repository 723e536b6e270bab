import { HandlesJob, JobHandler } from '@libs/platform';
import { DrainTriggered } from '../execution/drain-triggered';
import { SendChunk } from '../execution/send-chunk';
import { drainTriggeredJob } from './execution.jobs';

/** Runs {@link drainTriggeredJob}. */
@HandlesJob(drainTriggeredJob)
export class DrainTriggeredHandler extends JobHandler<{ executionId: string }> {
  constructor(
    private readonly drainTriggered: DrainTriggered,
    private readonly sendChunk: SendChunk,
  ) {
    super();
  }

  async handle({ executionId }: { executionId: string }): Promise<void> {
    await this.drainTriggered.run(executionId, {
      holder: this.sendChunk.holder,
      send: (fresh) => this.sendChunk.sendFresh(fresh),
    });
  }
}
