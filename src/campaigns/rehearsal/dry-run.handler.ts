import { HandlesJob, JobHandler } from '@libs/platform';
import { dryRunJob } from './dry-run.job';
import { RunDryRun } from './run-dry-run';

/** Runs {@link dryRunJob}. */
@HandlesJob(dryRunJob)
export class DryRunHandler extends JobHandler<{ dryRunId: string }> {
  constructor(private readonly runDryRun: RunDryRun) {
    super();
  }

  handle({ dryRunId }: { dryRunId: string }): Promise<void> {
    return this.runDryRun.run(dryRunId);
  }
}
