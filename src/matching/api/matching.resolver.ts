import { isUuid } from '@libs/foundation';
import { decodeCursor, Transactions, toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException, ValidationPipe } from '@nestjs/common';
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
  async numberRejects(
    @CurrentActor() actor: Actor,
    @Args(new ValidationPipe()) args: NumberRejectsArgs,
  ): Promise<NumberRejectConnection> {
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
  if (cursor === null) return null;
  const [executionId = '', seq = ''] = cursor.split(' ');
  if (!isUuid(executionId) || !/^\d{1,9}$/.test(seq)) throw new BadRequestException('after is no cursor of this list');
  return [executionId, Number(seq)];
}
