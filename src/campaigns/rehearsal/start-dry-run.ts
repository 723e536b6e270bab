import { Outbox, Transactions } from '@libs/platform';
import { type Actor, Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { dryRunJob } from './dry-run.job';
import { DryRunRepository, type DryRunRow } from './dry-run.repository';

/** Begins rehearsals. */
@Injectable()
export class StartDryRun {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly tasks: Tasks,
    private readonly dryRuns: DryRunRepository,
  ) {}

  /** @returns the id of the rehearsal, which goes on in the background as a task. */
  run(
    { projectId, label }: Actor,
    { connectionId, kind, request }: Pick<DryRunRow, 'connectionId' | 'kind' | 'request'>,
  ): Promise<string> {
    return this.transactions.run(async (tx) => {
      const title = `Dry run of campaign ${request.optimoveCampaignId} on channel ${request.optimoveChannelId}`;
      const task = { projectId, connectionId, kind: 'campaigns.dry-run', title, triggeredBy: label };
      const taskId = await this.tasks.start(tx, task);
      const dryRunId = await this.dryRuns.insert(tx, { projectId, connectionId, taskId, kind, request });
      await this.outbox.enqueue(tx, dryRunJob, { dryRunId });
      return dryRunId;
    });
  }
}
