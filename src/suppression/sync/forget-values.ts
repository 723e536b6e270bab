import { Transactions, type Tx } from '@libs/platform';
import { Tasks } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { AttributeRepository } from '../persistence/attribute.repository';
import { FeedRepository } from '../persistence/feed.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';
import { CheckDataDate } from './check-data-date';

const otherIds =
  'The User ID attribute of the connection was changed, so earlier values mean nobody any more. Load a complete CSV, or wait for the next data date';

const otherAccount =
  'The connection was moved to another account, so what the former one said counts no more. Its data are read anew; load a complete CSV for whom nothing is said of';

/** Values are kept by user ID; where user IDs are found differently they would be taken for those of other people. */
@Injectable()
export class ForgetValues {
  constructor(
    private readonly transactions: Transactions,
    private readonly tasks: Tasks,
    private readonly attributes: AttributeRepository,
    private readonly runs: SyncRunRepository,
    private readonly feeds: FeedRepository,
    private readonly check: CheckDataDate,
  ) {}

  /** Of every connection whose account or User ID attribute is another one than that of its values, whatever became of the news of it. */
  async ofChanged(): Promise<void> {
    for (const id of await this.attributes.ofFormerAccounts(this.transactions.pool)) await this.ofFormerAccount(id);
    for (const id of await this.attributes.keyedAnew(this.transactions.pool)) await this.ofConnection(id);
  }

  /** Syncs under way end as failed. Until newer data are there, nothing about these attributes can be relied on. */
  ofConnection(connectionId: string): Promise<void> {
    return this.transactions.run((tx) => this.forget(tx, connectionId, otherIds));
  }

  /** The same, and no day of data was read: those of the new account are asked for. */
  ofFormerAccount(connectionId: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      await this.forget(tx, connectionId, otherAccount);
      await this.attributes.forgetDays(tx, connectionId);
      const projectId = await this.feeds.forgetDay(tx, connectionId);
      if (projectId) await this.check.request(tx, { id: connectionId, projectId });
    });
  }

  private async forget(tx: Tx, connectionId: string, reason: string): Promise<void> {
    for (const taskId of await this.runs.failOpen(tx, connectionId, reason)) {
      await this.tasks.finish(tx, taskId, 'FAILED', reason);
    }
    await this.attributes.forgetValues(tx, connectionId, reason);
  }
}
