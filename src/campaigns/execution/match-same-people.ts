import { Transactions } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { ExecutionRepository, type OptimoveExecutionRow } from '../persistence/ledger/execution.repository';
import { FreezeRepository } from '../persistence/ledger/freeze.repository';
import { matchRecipients } from './match-recipients';

const atOnce = 1_000;

/** Customers who get nothing because another one of the list is the same person are known by their own ID all the same. */
@Injectable()
export class MatchSamePeople {
  constructor(
    private readonly transactions: Transactions,
    private readonly executions: ExecutionRepository,
    private readonly freezer: FreezeRepository,
    private readonly matching: MatchingService,
  ) {}

  /**
   * Remembers them, page by page, once the list is frozen. Their numbers are left: the person's is that of the customer
   * who stands for all.
   */
  async run({ id }: OptimoveExecutionRow, connection: ConnectionView): Promise<void> {
    if (connection.userIdAttribute === null) return;
    const { pool } = this.transactions;
    const execution = await this.executions.find(pool, id);
    if (!execution || execution.kind === 'DIRECT') return;
    const subject = { execution, connection: { ...connection, mobileNumberAttribute: null } };
    for (let afterSeq = 0; ; ) {
      const people = await this.freezer.samePeople(pool, execution, { afterSeq, limit: atOnce });
      if (people.length > 0) await this.transactions.run((tx) => matchRecipients(tx, this.matching, subject, people));
      if (people.length < atOnce) return;
      afterSeq = people.at(-1)?.seq ?? afterSeq;
    }
  }
}
