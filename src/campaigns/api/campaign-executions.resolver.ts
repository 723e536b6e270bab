import { decodeCursor, PageArgs, toPage } from '@libs/platform';
import { type Actor, CurrentActor } from '@modules/projects';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ExecutionListRepository } from '../persistence/ledger/execution-list.repository';
import { CampaignType } from './authoring/campaign.type';
import { ExecutionConnection } from './execution.type';

/** What became of campaigns. */
@Resolver(() => CampaignType)
export class CampaignExecutionsResolver {
  constructor(private readonly lists: ExecutionListRepository) {}

  @ResolveField(() => ExecutionConnection, { description: 'Each time that Optimove had it sent, newest first.' })
  async executions(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id }: CampaignType,
    @Args() { first, after }: PageArgs,
  ): Promise<ExecutionConnection> {
    const page = { campaignId: id, beforeId: decodeCursor(after), limit: first + 1 };
    const rows = await this.lists.list({ projectId, connectionId: null, state: null, ...page });
    return toPage(rows, { first, cursorOf: (row) => row.id, map: (row) => row });
  }
}
