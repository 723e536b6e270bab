import { Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { EngagementTellerRepository } from '../persistence/engagement-teller.repository';

/** What an account is to be told over a connection that is off by now, or another account's. */
@Injectable()
export class HandOnEngagement {
  constructor(
    private readonly transactions: Transactions,
    private readonly tellers: EngagementTellerRepository,
  ) {}

  /** Hands on what waits for people to settle it, of every connection that was deleted or moved. */
  async openQuestions(): Promise<void> {
    for (const id of await this.tellers.withOpenQuestions(this.transactions.pool)) await this.ofConnection(id);
  }

  /** As {@link in}, in a transaction of its own. */
  ofConnection(connectionId: string): Promise<void> {
    return this.transactions.run((tx) => this.in(tx, connectionId));
  }

  /**
   * Another connection to the account tells it; where there is none, nobody does, unless the connection is only disabled. What
   * is under way stays until it has ended.
   */
  async in(tx: Tx, connectionId: string): Promise<void> {
    for (const left of await this.tellers.leftBy(tx, connectionId)) {
      if (left.heirId) await this.tellers.give(tx, connectionId, left);
      else if (left.reason) await this.tellers.giveUp(tx, connectionId, left);
    }
  }
}
