import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { VersionRepository } from '../../persistence/authoring/version.repository';
import { DirectCampaignType } from '../direct/direct-campaign.type';
import { ExecutionType } from '../execution.type';
import { CampaignType } from './campaign.type';
import { ExecutionContentLoader } from './execution-content.loader';
import { toVersionType } from './map-version';
import { CampaignVersionConnection, CampaignVersionType, ExecutionContentType } from './version.type';

const versionsOf = { description: 'What its launches froze, newest first.' };

/** What launches froze. */
@Resolver(() => CampaignType)
export class VersionResolver {
  constructor(
    private readonly versions: VersionRepository,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @Query(() => CampaignVersionType, { nullable: true, description: 'One version of a campaign of either kind.' })
  async campaignVersion(
    @CurrentActor() { projectId }: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<CampaignVersionType | null> {
    const found = isUuid(id) ? await this.versions.find(this.transactions.pool, projectId, id) : null;
    return found && toVersionType(found);
  }

  @ResolveField(() => CampaignVersionConnection, { name: 'versions', ...versionsOf })
  async versionsOf(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id: campaignId }: Pick<CampaignType, 'id'>,
    @Args() { first, after }: PageArgs,
  ): Promise<CampaignVersionConnection> {
    const before = Number(decodeCursor(after));
    const page = { projectId, campaignId, before: Number.isInteger(before) && before > 0 ? before : null };
    const rows = await this.versions.list(this.transactions.pool, { ...page, limit: first + 1 });
    return toPage(rows, { first, cursorOf: ({ number }) => String(number), map: toVersionType });
  }
}

/** What launches of Direct campaigns froze. */
@Resolver(() => DirectCampaignType)
export class DirectVersionResolver {
  constructor(private readonly frozen: VersionResolver) {}

  @ResolveField(() => CampaignVersionConnection, versionsOf)
  versions(
    @CurrentActor() actor: Actor,
    @Parent() campaign: DirectCampaignType,
    @Args() page: PageArgs,
  ): Promise<CampaignVersionConnection> {
    return this.frozen.versionsOf(actor, campaign, page);
  }
}

/** What executions send. */
@Resolver(() => ExecutionType)
export class ExecutionContentResolver {
  constructor(private readonly loader: ExecutionContentLoader) {}

  @ResolveField(() => [ExecutionContentType], {
    description: 'What it sends: the content as it was when the execution was announced.',
  })
  async contents(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id }: ExecutionType,
  ): Promise<ExecutionContentType[]> {
    const rows = await this.loader.load(projectId, id);
    return rows.map(({ optimoveTemplateId, version }) => ({
      optimoveTemplateId,
      version: version && toVersionType(version),
    }));
  }
}
