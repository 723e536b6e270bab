import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { AttributeRepository } from '../persistence/attribute.repository';
import { FeedRepository } from '../persistence/feed.repository';
import { SyncRunRepository } from '../persistence/sync-run.repository';
import { ManageSync } from '../sync/manage-sync';
import {
  ChooseSuppressionAttributeInput,
  RemoveSuppressionAttributeInput,
  RemoveSuppressionAttributePayload,
  RunSuppressionSyncInput,
  RunSuppressionSyncPayload,
  SuppressionAttributePayload,
  SuppressionAttributeType,
  SuppressionFeedType,
  SuppressionSyncConnection,
} from './sync.type';

/** The attributes that are kept in step with Optimove. */
@Resolver(() => SuppressionAttributeType)
export class SyncResolver {
  constructor(
    private readonly transactions: Transactions,
    private readonly manage: ManageSync,
    private readonly feeds: FeedRepository,
    private readonly attributes: AttributeRepository,
    private readonly runs: SyncRunRepository,
  ) {}

  @Allow('suppression.view')
  @Query(() => SuppressionFeedType, {
    nullable: true,
    description: 'The daily suppression data of a connection; null until an attribute was chosen.',
  })
  async suppressionFeed(
    @CurrentActor() { projectId }: Actor,
    @Args('connectionId', { type: () => ID, description: 'The connection.' }) connectionId: string,
  ): Promise<SuppressionFeedType | null> {
    const pool = this.transactions.pool;
    const feed = isUuid(connectionId) ? await this.feeds.find(pool, projectId, connectionId) : null;
    return feed && { ...feed, attributes: await this.attributes.ofConnection(pool, projectId, connectionId) };
  }

  @Allow('suppression.view')
  @Query(() => SuppressionSyncConnection, { description: 'Syncs of an attribute, newest first.' })
  async suppressionSyncs(
    @CurrentActor() { projectId }: Actor,
    @Args('suppressionAttributeId', { type: () => ID, description: 'The attribute.' }) attributeId: string,
    @Args() { first, after }: PageArgs,
  ): Promise<SuppressionSyncConnection> {
    const page = { projectId, attributeId, beforeId: decodeCursor(after), limit: first + 1 };
    const rows = isUuid(attributeId) ? await this.runs.page(this.transactions.pool, page) : [];
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @Allow('suppression.manage')
  @Mutation(() => SuppressionAttributePayload, {
    description: 'Keeps an attribute in step with Optimove, from now on. Its name must be the same there.',
  })
  async chooseSuppressionAttribute(
    @CurrentActor() actor: Actor,
    @Args('input') { connectionId, attributeDefinitionId }: ChooseSuppressionAttributeInput,
  ): Promise<SuppressionAttributePayload> {
    const given = { connectionId, definitionId: attributeDefinitionId };
    const { attribute, problems } = await this.manage.choose(actor, given);
    return { suppressionAttribute: attribute, userErrors: problems };
  }

  @Allow('suppression.manage')
  @Mutation(() => RemoveSuppressionAttributePayload, {
    description: 'Takes an attribute out of the sync and forgets what was learnt of it.',
  })
  async removeSuppressionAttribute(
    @CurrentActor() actor: Actor,
    @Args('input') { id }: RemoveSuppressionAttributeInput,
  ): Promise<RemoveSuppressionAttributePayload> {
    const userErrors = await this.manage.remove(actor, id);
    return { removedId: userErrors.length === 0 ? id : null, userErrors };
  }

  @Allow('suppression.manage')
  @Mutation(() => RunSuppressionSyncPayload, {
    description: 'Run now: syncs the attributes whose data are not there yet, and tries again what failed or stopped.',
  })
  async runSuppressionSync(
    @CurrentActor() actor: Actor,
    @Args('input') { connectionId }: RunSuppressionSyncInput,
  ): Promise<RunSuppressionSyncPayload> {
    const { dataDate, problems } = await this.manage.runNow(actor, connectionId);
    return { dataDate, userErrors: problems };
  }
}
