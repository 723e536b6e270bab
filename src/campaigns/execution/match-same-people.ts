import type { Tx } from '@libs/platform';
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
    private readonly executions: ExecutionRepository,
    private readonly freezer: FreezeRepository,
    private readonly matching: MatchingService,
  ) {}

  /** Remembers them, and takes over their numbers, in the transaction that froze the list. */
  async run(tx: Tx, { id }: OptimoveExecutionRow, connection: ConnectionView): Promise<void> {
    if (connection.userIdAttribute === null) return;
    const execution = await this.executions.find(tx, id);
    if (!execution || execution.kind === 'DIRECT') return;
    for (let afterSeq = 0; ; ) {
      const people = await this.freezer.samePeople(tx, execution, { afterSeq, limit: atOnce });
      await matchRecipients(tx, this.matching, { execution, connection }, people);
      if (people.length < atOnce) return;
      afterSeq = people.at(-1)?.seq ?? afterSeq;
    }
  }
}
