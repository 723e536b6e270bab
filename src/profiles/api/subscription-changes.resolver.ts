import { decodeCursor, PageArgs, Transactions, toPage } from '@libs/platform';
import { type Actor, CurrentActor } from '@modules/projects';
import { BadRequestException, ValidationPipe } from '@nestjs/common';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ConsentRepository } from '../persistence/consent.repository';
import { ProfileType } from './profile.type';
import { SubscriptionChangeConnection } from './subscription-change.type';

/** What a person said about messages, and when. */
@Resolver(() => ProfileType)
export class SubscriptionChangesResolver {
  constructor(
    private readonly consent: ConsentRepository,
    private readonly transactions: Transactions,
  ) {}

  @ResolveField(() => SubscriptionChangeConnection, { description: 'Every change of consent, newest first.' })
  async subscriptionChanges(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id: profileId }: ProfileType,
    @Args(new ValidationPipe()) { first, after }: PageArgs,
  ): Promise<SubscriptionChangeConnection> {
    const beforeId = decodeCursor(after);
    if (beforeId !== null && !/^\d{1,18}$/.test(beforeId))
      throw new BadRequestException('after is no cursor of this list');
    const page = { projectId, profileId, beforeId, limit: first + 1 };
    const rows = await this.consent.changes(this.transactions.pool, page);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }
}
