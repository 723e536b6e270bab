import { Transactions } from '@libs/platform';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { AttributeRepository } from '../persistence/attribute.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';

const reason =
  'The User ID attribute of the connection was changed, so earlier values mean nobody any more. Load a complete CSV, or wait for the next data date';

/** Values are kept by user ID; where user IDs are found differently they would be taken for those of other people. */
@Injectable()
export class ForgetValues {
  constructor(
    private readonly transactions: Transactions,
    private readonly tasks: Tasks,
    private readonly attributes: AttributeRepository,
    private readonly runs: SyncRunRepository,
  ) {}

  /** Of every connection whose User ID attribute is another one than that of its values, whatever became of the news of it. */
  async ofChanged(): Promise<void> {
    for (const id of await this.attributes.keyedAnew(this.transactions.pool)) await this.ofConnection(id);
  }

  /** Syncs under way end as failed. Until newer data are there, nothing about these attributes can be relied on. */
  ofConnection(connectionId: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      for (const taskId of await this.runs.failOpen(tx, connectionId, reason)) {
        await this.tasks.finish(tx, taskId, 'FAILED', reason);
      }
      await this.attributes.forgetValues(tx, connectionId, reason);
    });
  }
}
