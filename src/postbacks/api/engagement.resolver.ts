import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage, validateInput } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { BatchState } from '../domain/engagement';
import { CheckEngagement } from '../engagement/check-engagement';
import { type EngagementProblem, ManageEngagement } from '../engagement/manage-engagement';
import { ShowEngagement } from '../engagement/show-engagement';
import { EngagementBatchRepository } from '../persistence/engagement-batch.repository';
import {
  BatchStateEnum,
  CheckEngagementInput,
  CheckEngagementPayload,
  EngagementBatchConnection,
  EngagementPostbackPayload,
  EngagementPostbackType,
  EngagementPostbackUserError,
  SetEngagementPostbackInput,
  SettleEngagementInput,
  SettleEngagementPayload,
} from './engagement.type';

const problems: Record<EngagementProblem, EngagementPostbackUserError> = {
  STALE: {
    code: 'STALE',
    path: ['version'],
    message: 'Somebody else changed this meanwhile; load it again and repeat your change',
  },
  EVENTS_URL: {
    code: 'EVENTS_URL',
    path: ['eventsUrl'],
    message:
      'The address must be https, such as https://metric-42.optimove.net/api/saveEvent, without ? # or a password',
  },
  EVENTS_URL_MISSING: {
    code: 'EVENTS_URL',
    path: ['eventsUrl'],
    message:
      'Signed events need the address that Optimove gave you, such as https://metric-42.optimove.net/api/saveEvent',
  },
  EVENTS_TOKEN: {
    code: 'EVENTS_TOKEN',
    path: ['eventsToken'],
    message: 'Signed events need the tenant token; ask the Optimove Client Success Manager for it',
  },
};

/** Telling Optimove what each customer did. */
@Resolver()
export class EngagementResolver {
  constructor(
    private readonly manage: ManageEngagement,
    private readonly show: ShowEngagement,
    private readonly checkEngagementOf: CheckEngagement,
    private readonly batches: EngagementBatchRepository,
    private readonly connections: ConnectionsService,
    private readonly transactions: Transactions,
  ) {}

  @Allow('postbacks.view')
  @Query(() => EngagementPostbackType, { description: 'How a connection tells Optimove what each customer did.' })
  async engagementPostback(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
  ): Promise<EngagementPostbackType> {
    const { id } = await this.connections.get(actor.projectId, connectionId);
    return this.show.of(actor.projectId, id);
  }

  @Allow('postbacks.view')
  @Query(() => EngagementBatchConnection, { description: 'Batches of a connection, newest first.' })
  async engagementBatches(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
    @Args() { first, after }: PageArgs,
    @Args('state', { type: () => BatchStateEnum, nullable: true, description: 'Only those in this state.' })
    state: BatchState | null = null,
    @Args('isDoubted', {
      type: () => Boolean,
      nullable: true,
      description: 'Only those that were posted without an answer (true), or never (false).',
    })
    isDoubted: boolean | null = null,
  ): Promise<EngagementBatchConnection> {
    const connection = await this.connections.get(actor.projectId, connectionId);
    const beforeId = decodeCursor(after);
    if (beforeId !== null && !isUuid(beforeId)) {
      throw new BadRequestException('after must be the endCursor of a page of the same list');
    }
    const page = { projectId: actor.projectId, connectionId: connection.id, beforeId, limit: first + 1 };
    const rows = await this.batches.list(this.transactions.pool, { ...page, state, isDoubted });
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @Allow('postbacks.manage')
  @Mutation(() => EngagementPostbackPayload, {
    description: 'Chooses how Optimove is told what each customer did. Batches that were made up go as they were.',
  })
  async setEngagementPostback(
    @CurrentActor() actor: Actor,
    @Args('input') input: SetEngagementPostbackInput,
  ): Promise<EngagementPostbackPayload> {
    const invalid = await invalidities(SetEngagementPostbackInput, input);
    if (invalid.length > 0) return { engagementPostback: null, userErrors: invalid };
    const { id } = await this.connections.get(actor.projectId, input.connectionId);
    const problem = await this.manage.save(actor, id, {
      version: input.version,
      road: input.road ?? undefined,
      onDoubt: input.onDoubt ?? undefined,
      everyMinutes: input.everyMinutes ?? undefined,
      eventsUrl: input.eventsUrl,
      eventsToken: input.eventsToken,
    });
    const engagementPostback = await this.show.of(actor.projectId, id);
    return { engagementPostback, userErrors: problem ? [problems[problem]] : [] };
  }

  @Allow('postbacks.manage')
  @Mutation(() => SettleEngagementPayload, {
    description: 'Posts refused or uncertain batches again (they may count twice), or accepts them as counted.',
  })
  async settleEngagement(
    @CurrentActor() actor: Actor,
    @Args('input') input: SettleEngagementInput,
  ): Promise<SettleEngagementPayload> {
    const invalid = await invalidities(SettleEngagementInput, input);
    if (invalid.length > 0) return { settledIds: [], userErrors: invalid };
    const { id } = await this.connections.get(actor.projectId, input.connectionId);
    const settledIds = await this.manage.settle(actor, id, input);
    if (settledIds.length > 0) return { settledIds, userErrors: [] };
    const message = 'None of these batches is refused or uncertain now; load the list again';
    return { settledIds, userErrors: [{ code: 'NOTHING_TO_SETTLE', path: ['ids'], message }] };
  }

  @Allow('postbacks.manage')
  @Mutation(() => CheckEngagementPayload, {
    description: 'Asks Optimove whether it knows the events of uncertain batches; those that it knows are settled.',
  })
  async checkEngagement(
    @CurrentActor() actor: Actor,
    @Args('input') input: CheckEngagementInput,
  ): Promise<CheckEngagementPayload> {
    const invalid = await invalidities(CheckEngagementInput, input);
    if (invalid.length > 0) return { checks: [], userErrors: invalid };
    const { id } = await this.connections.get(actor.projectId, input.connectionId);
    return { checks: await this.checkEngagementOf.run(actor, id, input.ids), userErrors: [] };
  }
}

async function invalidities<T extends object>(type: new () => T, input: T): Promise<EngagementPostbackUserError[]> {
  return (await validateInput(type, input)).map((problem) => ({ ...problem, code: 'INVALID' }));
}
