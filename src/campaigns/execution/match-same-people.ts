import { Log, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { MatchingService } from '@modules/matching';
import { Injectable } from '@nestjs/common';
import { keysOf } from '../domain/execution/matched-by';
import { ExecutionRepository } from '../persistence/ledger/execution.repository';
import { SamePeopleRepository } from '../persistence/ledger/same-people.repository';
import { type MatchContext, matchRecipients } from './match-recipients';

const atOnce = 1_000;
const mostExecutions = 50;

/** Customers who get nothing because another one of the list is the same person are known by their own ID all the same. */
@Injectable()
export class MatchSamePeople {
  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly executions: ExecutionRepository,
    private readonly samePeople: SamePeopleRepository,
    private readonly matching: MatchingService,
    private readonly log: Log,
  ) {}

  /** Remembers those of whom nobody has yet, page by page. One execution in trouble keeps no other one waiting. */
  async run(): Promise<void> {
    for (const id of await this.samePeople.executions(this.transactions.pool, mostExecutions)) {
      await this.remember(id).catch((error: unknown) => {
        this.log.failure('execution.same-people-not-remembered', error, { executionId: id });
      });
    }
  }

  private async remember(executionId: string): Promise<void> {
    const context = await this.contextOf(executionId);
    if (!context) return this.samePeople.give(this.transactions.pool, executionId);
    while (await this.rememberSome(context));
  }

  /** Their numbers are left: the person's is that of the customer who stands for all. Null: nobody can be told of them. */
  private async contextOf(executionId: string): Promise<MatchContext | null> {
    const execution = await this.executions.find(this.transactions.pool, executionId);
    if (!execution || execution.kind === 'DIRECT') return null;
    const connection = await this.connections.find(execution.connection_id);
    if (!connection || connection.userIdAttribute === null) return null;
    const keys = { ...keysOf(connection, execution.matched_by), mobileNumberAttribute: null };
    const namesSince = execution.names_since;
    return keys.userIdAttribute === connection.userIdAttribute ? { execution, connection, keys, namesSince } : null;
  }

  /** Holds no lock on the execution while it looks: the list may be long. */
  private rememberSome(context: MatchContext): Promise<boolean> {
    const { id } = context.execution;
    return this.transactions.run(async (tx) => {
      const seen = await this.samePeople.progress(tx, id);
      if (!seen) return false;
      const people = await this.samePeople.next(tx, id, { after: seen.after, limit: atOnce });
      if (people.length > 0) await matchRecipients(tx, this.matching, context, people);
      const isMore = people.length === atOnce;
      await this.samePeople.remembered(tx, id, seen, isMore ? (people.at(-1)?.seq ?? null) : null);
      return isMore;
    });
  }
}
