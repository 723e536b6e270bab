import { Outbox, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { readRecipientsJob } from '../jobs/execution.jobs';
import { ExecutionRepository } from '../persistence/ledger/execution.repository';

/** Lets the lists that wait for another API token of their connection be read on at once. */
@Injectable()
export class ReadOnOverConnection {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly executions: ExecutionRepository,
  ) {}

  /** `at` tells one change of the connection from the next. */
  async run({ connectionId, at }: { connectionId: string; at: string }): Promise<void> {
    await this.transactions.run(async (tx) => {
      const waiting = await this.executions.endTokenWaits(tx, connectionId);
      const jobs = waiting.map(({ id, reading }) => ({ executionId: id, at: `${reading}-changed-${at}` }));
      await this.outbox.enqueueMany(tx, readRecipientsJob, jobs);
    });
  }
}
