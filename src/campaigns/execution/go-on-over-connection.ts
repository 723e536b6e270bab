import { Outbox, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { readRecipientsJob } from '../jobs/execution.jobs';
import { ExecutionRepository } from '../persistence/ledger/execution.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';
import { queueIdle } from './queue-chunks';

/** Lets executions that waited for their connection to be enabled, or to have another API token, go on at once. */
@Injectable()
export class GoOnOverConnection {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly stops: StopRepository,
    private readonly executions: ExecutionRepository,
  ) {}

  /** `at` tells one change of the connection from the next. */
  async run({ connectionId, at }: { connectionId: string; at: string }): Promise<void> {
    await this.readOn(connectionId, at);
    await this.sendOn(connectionId);
  }

  private async readOn(connectionId: string, at: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const waiting = await this.executions.endTokenWaits(tx, connectionId);
      const jobs = waiting.map(({ id, reading }) => ({ executionId: id, at: `${reading}-changed-${at}` }));
      await this.outbox.enqueueMany(tx, readRecipientsJob, jobs);
    });
  }

  /** Each by itself: to queue the chunks takes long, and no other execution may stay locked meanwhile. */
  private async sendOn(connectionId: string): Promise<void> {
    for (const id of await this.stops.runningOver(this.transactions.pool, connectionId)) {
      await this.transactions.run((tx) => queueIdle({ outbox: this.outbox, stops: this.stops }, tx, id));
    }
  }
}
