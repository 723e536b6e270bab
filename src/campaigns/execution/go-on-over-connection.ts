import { Outbox, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { StopRepository } from '../persistence/ledger/stop.repository';
import { queueIdle } from './queue-chunks';

/** Lets executions that waited because their connection was disabled go on at once. */
@Injectable()
export class GoOnOverConnection {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly stops: StopRepository,
  ) {}

  /** Each by itself: to queue the chunks takes long, and no other execution may stay locked meanwhile. */
  async run(connectionId: string): Promise<void> {
    for (const id of await this.stops.runningOver(this.transactions.pool, connectionId)) {
      await this.transactions.run((tx) => queueIdle({ outbox: this.outbox, stops: this.stops }, tx, id));
    }
  }
}
