import { toError } from '@libs/foundation';
import { Log, Transactions } from '@libs/platform';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import type { RehearsalSums } from '../domain/execution/rehearsal';
import { DryRunRepository, type DryRunRow } from './dry-run.repository';
import { RehearseDirect } from './rehearse-direct';
import { RehearseList } from './rehearse-list';

/** Rehearses everybody whom a campaign would reach. Nothing is kept but the sums and the task's rows. */
@Injectable()
export class RunDryRun {
  constructor(
    private readonly transactions: Transactions,
    private readonly dryRuns: DryRunRepository,
    private readonly list: RehearseList,
    private readonly direct: RehearseDirect,
    private readonly tasks: Tasks,
    private readonly log: Log,
  ) {}

  /** Works once; whatever goes wrong ends the task with the reason, and a new one can be started. */
  async run(id: string): Promise<void> {
    const dryRun = await this.dryRuns.open(this.transactions.pool, id);
    if (!dryRun) return;
    try {
      await this.beginAnew(dryRun);
      await this.end(dryRun, await (dryRun.kind === 'DIRECT' ? this.direct.run(dryRun) : this.list.run(dryRun)));
    } catch (error) {
      this.log.failure('dry-run.failed', error, { dryRunId: id });
      await this.end(dryRun, null, toError(error).message);
    }
  }

  private beginAnew({ id, taskId }: DryRunRow): Promise<void> {
    return this.transactions.run(async (tx) => {
      await this.dryRuns.forget(tx, id);
      await this.tasks.restart(tx, taskId);
    });
  }

  private async end({ id, taskId }: DryRunRow, sums: RehearsalSums | null, problem?: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.dryRuns.finish(tx, id, sums);
      await this.tasks.finish(tx, taskId, sums ? 'SUCCEEDED' : 'FAILED', problem);
    });
  }
}
