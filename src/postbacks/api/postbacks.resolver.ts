import { isUuid } from '@libs/foundation';
import { decodeCursor, Transactions, toPage } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException } from '@nestjs/common';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { MetricTotalRepository } from '../persistence/metric-total.repository';
import { PostbackRowConnection, PostbackRowsArgs, PostbackSummaryType } from './postback.type';

/** What Optimove has been told. */
@Resolver()
export class PostbacksResolver {
  constructor(
    private readonly totals: MetricTotalRepository,
    private readonly connections: ConnectionsService,
    private readonly transactions: Transactions,
  ) {}

  @Allow('postbacks.view')
  @Query(() => PostbackSummaryType, { description: 'How the postbacks of a connection stand.' })
  async postbackSummary(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
  ): Promise<PostbackSummaryType> {
    const connection = await this.connections.get(actor.projectId, connectionId);
    return this.totals.summary(this.transactions.pool, actor.projectId, connection.id);
  }

  @Allow('postbacks.view')
  @Query(() => PostbackRowConnection, { description: 'Metrics of a connection, newest first.' })
  async postbackRows(
    @CurrentActor() actor: Actor,
    @Args('connectionId', { type: () => ID }) connectionId: string,
    @Args() { first, after, states, optimoveCampaignId, optimoveChannelId }: PostbackRowsArgs,
  ): Promise<PostbackRowConnection> {
    const connection = await this.connections.get(actor.projectId, connectionId);
    const rows = await this.totals.list(this.transactions.pool, {
      projectId: actor.projectId,
      connectionId: connection.id,
      states: states ?? null,
      campaignId: optimoveCampaignId ?? null,
      channelId: optimoveChannelId ?? null,
      beforeId: readIdCursor(after),
      limit: first + 1,
    });
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }
}

function readIdCursor(after: string | null | undefined): string | null {
  const id = decodeCursor(after);
  if (id === null || isUuid(id)) return id;
  throw new BadRequestException('after must be the endCursor of a page of the same list');
}
