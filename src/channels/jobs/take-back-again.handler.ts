import { HandlesJob, JobHandler } from '@libs/platform';
import { TakeBackAgain } from '../listeners/take-back-again';
import { takeBackAgainJob } from './channels.jobs';

/** Runs {@link takeBackAgainJob}. */
@HandlesJob(takeBackAgainJob)
export class TakeBackAgainHandler extends JobHandler<{ connectionId: string; at: string }> {
  constructor(private readonly takeBackAgain: TakeBackAgain) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.takeBackAgain.run(connectionId);
  }
}
