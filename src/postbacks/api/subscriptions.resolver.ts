import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage, validateInput } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { SubscriptionPostRepository } from '../persistence/subscription-post.repository';
import { SubscriptionStatusRepository } from '../persistence/subscription-status.repository';
import { ManageSubscriptions, type SubscriptionProblem } from '../subscriptions/manage-subscriptions';
import { ShowSubscriptions } from '../subscriptions/show-subscriptions';
import {
  AllowSubscriptionPostbackInput,
  AllowSubscriptionPostbackPayload,
  CustomerSubscriptionType,
  PostAllSubscriptionsInput,
  SetSubscriptionPostbackInput,
  SubscriptionPostbackPayload,
  SubscriptionPostbackType,
  SubscriptionPostbackUserError,
  SubscriptionPostConnection,
} from './subscription.type';

const problems: Record<SubscriptionProblem, { path: string; message: string }> = {
  NOT_ALLOWED: {
    path: 'isOn',
    message: 'Ask support to enable the posting back of subscription status for this project, then switch it on',
  },
  MAPPING_UNCONFIRMED: {
    path: 'isMappingConfirmed',
    message: 'Agree with Optimove which CommunicationMode means what, then confirm the mapping',
  },
  SAME_MODES: { path: 'unsubscribedMode', message: 'The two modes must differ' },
  STALE: { path: 'version', message: 'Somebody else changed this meanwhile; load it again and repeat your change' },
  OFF: { path: 'connectionId', message: 'Switch the posting of subscription status on first' },
};

/** Telling Optimove who can be contacted. */
@Resolver()
export class SubscriptionsResolver {
  constructor(
    private readonly manage: ManageSubscriptions,
    private readonly show: ShowSubscriptions,
    private readonly posts: SubscriptionPostRepository,
    private readonly statuses: SubscriptionStatusRepository,
    private readonly connections: ConnectionsService,
    private readonly transactions: Transactions,
  ) {}

  @Allow('postbacks.view')
  @Query(() => SubscriptionPostbackType, { description: 'How a connection tells Optimove who can be contacted.' })
  async subscriptionPostback(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
  ): Promise<SubscriptionPostbackType> {
    const connection = await this.connections.get(actor.projectId, connectionId);
    return this.show.of(actor.projectId, connection.id);
  }

  @Allow('postbacks.view')
  @Query(() => SubscriptionPostConnection, { description: 'Posts of subscription status, newest first.' })
  async subscriptionPosts(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
    @Args() { first, after }: PageArgs,
  ): Promise<SubscriptionPostConnection> {
    const connection = await this.connections.get(actor.projectId, connectionId);
    const beforeId = decodeCursor(after);
    if (beforeId !== null && !isUuid(beforeId)) {
      throw new BadRequestException('after must be the endCursor of a page of the same list');
    }
    const page = { projectId: actor.projectId, connectionId: connection.id, beforeId, limit: first + 1 };
    const rows = await this.posts.list(this.transactions.pool, page);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @Allow('postbacks.view')
  @Query(() => [CustomerSubscriptionType], {
    description: 'What Optimove was told about a customer, channel by channel; empty: nothing.',
  })
  async customerSubscriptions(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
    @Args('customerId', { description: 'Their id in Optimove.' }) customerId: string,
  ): Promise<CustomerSubscriptionType[]> {
    const { projectId } = actor;
    const connection = await this.connections.get(projectId, connectionId);
    return this.statuses.ofCustomer(this.transactions.pool, { projectId, connectionId: connection.id, customerId });
  }

  @Allow('postbacks.allow')
  @Mutation(() => AllowSubscriptionPostbackPayload, {
    description: 'For support: lets the project tell Optimove who can be contacted, or no longer.',
  })
  async allowSubscriptionPostback(
    @CurrentActor() actor: Actor,
    @Args('input') { isAllowed }: AllowSubscriptionPostbackInput,
  ): Promise<AllowSubscriptionPostbackPayload> {
    await this.manage.allow(actor, isAllowed);
    return { isAllowed, userErrors: [] };
  }

  @Allow('postbacks.manage')
  @Mutation(() => SubscriptionPostbackPayload, {
    description:
      'Switches it on or off and says which modes and channels to use. Switched on, everyone is posted once.',
  })
  async setSubscriptionPostback(
    @CurrentActor() actor: Actor,
    @Args('input') input: SetSubscriptionPostbackInput,
  ): Promise<SubscriptionPostbackPayload> {
    const { id } = await this.connections.get(actor.projectId, input.connectionId);
    const invalid = await validateInput(SetSubscriptionPostbackInput, input);
    if (invalid.length > 0) {
      return this.answer(
        actor,
        id,
        invalid.map((problem) => ({ ...problem, code: 'INVALID' })),
      );
    }
    const problem = await this.manage.save(actor, id, {
      version: input.version,
      isOn: input.isOn ?? undefined,
      subscribedMode: input.subscribedMode ?? undefined,
      unsubscribedMode: input.unsubscribedMode ?? undefined,
      isMappingConfirmed: input.isMappingConfirmed ?? undefined,
      emailChannelId: input.emailChannelId,
    });
    return this.answer(actor, id, problem ? [toUserError(problem)] : []);
  }

  @Allow('postbacks.manage')
  @Mutation(() => SubscriptionPostbackPayload, {
    description:
      'Posts everyone’s status again, whatever Optimove acknowledged before. It is absolute: twice is harmless.',
  })
  async postAllSubscriptions(
    @CurrentActor() actor: Actor,
    @Args('input') { connectionId }: PostAllSubscriptionsInput,
  ): Promise<SubscriptionPostbackPayload> {
    const { id } = await this.connections.get(actor.projectId, connectionId);
    const problem = await this.manage.postAll(actor, id);
    return this.answer(actor, id, problem ? [toUserError(problem)] : []);
  }

  private async answer(
    actor: Actor,
    connectionId: string,
    userErrors: SubscriptionPostbackUserError[],
  ): Promise<SubscriptionPostbackPayload> {
    return { subscriptionPostback: await this.show.of(actor.projectId, connectionId), userErrors };
  }
}

function toUserError(problem: SubscriptionProblem): SubscriptionPostbackUserError {
  const { path, message } = problems[problem];
  return { code: problem, path: [path], message };
}
