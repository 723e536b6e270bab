import { HandlesJob, JobHandler } from '@libs/platform';
import { Listeners } from '../listeners/listeners';
import { unregisterListenersJob } from './channels.jobs';

/** Runs {@link unregisterListenersJob}. */
@HandlesJob(unregisterListenersJob)
export class UnregisterListenersHandler extends JobHandler<{ channelId: string; at: string }> {
  constructor(private readonly listeners: Listeners) {
    super();
  }

  handle({ channelId }: { channelId: string }): Promise<void> {
    return this.listeners.unregister(channelId);
  }
}
