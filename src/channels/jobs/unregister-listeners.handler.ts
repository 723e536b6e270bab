import { HandlesJob, JobHandler } from '@libs/platform';
import { TakeBackListeners } from '../listeners/take-back-listeners';
import { unregisterListenersJob } from './channels.jobs';

/** Runs {@link unregisterListenersJob}. */
@HandlesJob(unregisterListenersJob)
export class UnregisterListenersHandler extends JobHandler<{ channelId: string; at: string }> {
  constructor(private readonly takeBack: TakeBackListeners) {
    super();
  }

  handle({ channelId }: { channelId: string }): Promise<void> {
    return this.takeBack.run(channelId);
  }
}
