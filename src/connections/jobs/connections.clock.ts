import { Leases, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { tokenKeptHours } from '../domain/rules';
import { ConnectionRepository } from '../persistence/connection.repository';

const tokensEveryMs = 60_000;

/** The clock of connections. */
@Injectable()
export class ConnectionsClock {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly repository: ConnectionRepository,
  ) {}

  /** Erases tokens that need not be kept any longer, also where the job that was to do it is lost. */
  @Interval(tokensEveryMs)
  async tokens(): Promise<void> {
    const tick = { name: 'connections.tokens', everyMs: tokensEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, () => this.repository.forgetTokens(this.transactions.pool, tokenKeptHours));
  }
}
