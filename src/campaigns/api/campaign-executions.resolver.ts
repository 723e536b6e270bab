import { isUuid } from '@libs/foundation';
import { PageArgs, toPage } from '@libs/platform';
import { type Actor, CurrentActor } from '@modules/projects';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CampaignType } from './authoring/campaign.type';
import { CampaignExecutionsLoader } from './campaign-executions.loader';
import { ExecutionConnection } from './execution.type';
import { readCursor } from './read-cursor';

/** What became of campaigns. */
@Resolver(() => CampaignType)
export class CampaignExecutionsResolver {
  constructor(private readonly pages: CampaignExecutionsLoader) {}

  @ResolveField(() => ExecutionConnection, { description: 'Each time that Optimove had it sent, newest first.' })
  async executions(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id }: CampaignType,
    @Args() { first, after }: PageArgs,
  ): Promise<ExecutionConnection> {
    const page = { campaignId: id, beforeId: readCursor(after, isUuid), limit: first + 1 };
    const rows = await this.pages.load(projectId, page);
    return toPage(rows, { first, cursorOf: (row) => row.id, map: (row) => row });
  }
}
