import { Outbox, Transactions } from '@libs/platform';
import { type Actor, Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { dryRunJob } from './dry-run.job';
import { DryRunRepository, type ListSubject, type NewDryRun } from './dry-run.repository';

/** Begins rehearsals. */
@Injectable()
export class StartDryRun {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly tasks: Tasks,
    private readonly dryRuns: DryRunRepository,
  ) {}

  /** @returns the id of the rehearsal, which goes on in the background as a task of this `subject`. */
  run({ projectId, label }: Actor, subject: string, wanted: NewDryRun): Promise<string> {
    return this.transactions.run(async (tx) => {
      const { connectionId } = wanted;
      const task = {
        projectId,
        kind: 'campaigns.dry-run',
        title: `Dry run of ${subject}`,
        triggeredBy: label,
        waits: true,
      } as const;
      const taskId = await this.tasks.start(tx, { ...task, ...(connectionId === null ? {} : { connectionId }) });
      const dryRunId = await this.dryRuns.insert(tx, { ...wanted, projectId, taskId });
      await this.outbox.enqueue(tx, dryRunJob, { dryRunId });
      return dryRunId;
    });
  }
}

/** What the task of a rehearsed list is named after. */
export function nameOfList({ optimoveCampaignId, optimoveChannelId }: ListSubject['request']): string {
  return `campaign ${optimoveCampaignId} on channel ${optimoveChannelId}`;
}
