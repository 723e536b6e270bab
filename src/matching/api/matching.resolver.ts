import { decodeCursor, Transactions, toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { NumberRejectRepository } from '../persistence/number-reject.repository';
import { NumberRejectConnection, NumberRejectsArgs } from './matching.type';

/** What matching refused. */
@Resolver()
export class MatchingResolver {
  constructor(
    private readonly rejects: NumberRejectRepository,
    private readonly transactions: Transactions,
  ) {}

  @Allow('profiles.view')
  @Query(() => NumberRejectConnection, {
    description: 'Mobile numbers from Optimove that were not imported, with the reason.',
  })
  async numberRejects(@CurrentActor() actor: Actor, @Args() args: NumberRejectsArgs): Promise<NumberRejectConnection> {
    const rows = await this.rejects.list(this.transactions.pool, {
      projectId: actor.projectId,
      connectionId: args.connectionId,
      executionId: args.executionId ?? null,
      after: readPosition(decodeCursor(args.after)),
      limit: args.first + 1,
    });
    return toPage(rows, {
      first: args.first,
      cursorOf: ({ executionId, seq }) => `${executionId} ${seq}`,
      map: (row) => row,
    });
  }
}

function readPosition(cursor: string | null): [string, number] | null {
  const [executionId, seq] = cursor?.split(' ') ?? [];
  return executionId && seq ? [executionId, Number(seq)] : null;
}
