import { HandlesJob, JobHandler } from '@libs/platform';
import { TakeOverListeners } from '../listeners/take-over-listeners';
import { takeOverListenersJob } from './channels.jobs';

/** Runs {@link takeOverListenersJob}. */
@HandlesJob(takeOverListenersJob)
export class TakeOverListenersHandler extends JobHandler<{ connectionId: string; formerId: string; at: string }> {
  constructor(private readonly takeOver: TakeOverListeners) {
    super();
  }

  handle({ connectionId, formerId }: { connectionId: string; formerId: string }): Promise<void> {
    return this.takeOver.run(connectionId, formerId);
  }
}
