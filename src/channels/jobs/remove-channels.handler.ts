import { HandlesJob, JobHandler } from '@libs/platform';
import { RemoveChannels } from '../listeners/remove-channels';
import { removeChannelsJob } from './channels.jobs';

/** Runs {@link removeChannelsJob}. */
@HandlesJob(removeChannelsJob)
export class RemoveChannelsHandler extends JobHandler<{ connectionId: string }> {
  constructor(private readonly removeChannels: RemoveChannels) {
    super();
  }

  handle({ connectionId }: { connectionId: string }): Promise<void> {
    return this.removeChannels.ofConnection(connectionId);
  }
}
