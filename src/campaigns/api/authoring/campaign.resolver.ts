import { isUuid } from '@libs/foundation';
import { decodeCursor, Transactions, toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { refused } from '../../authoring/campaign-problem';
import { ManageCampaigns } from '../../authoring/manage-campaigns';
import { PreviewCampaign } from '../../authoring/preview-campaign';
import { CampaignRepository } from '../../persistence/authoring/campaign.repository';
import { CampaignsArgs, CreateCampaignInput, PreviewCampaignInput, UpdateCampaignInput } from './campaign.inputs';
import { CampaignConnection, CampaignType, CreateCampaignPayload, UpdateCampaignPayload } from './campaign.type';
import { invalidInput } from './invalid-input';
import { refusedPreview, toCampaignType, toPayload, toPreview, toPublicationType } from './map-campaign';
import { toGivenContent, toNewContent } from './map-content';
import { PreviewCampaignPayload } from './preview.type';
import { PublicationLoader } from './publication.loader';
import { PublicationType } from './publication.type';

/** Campaigns: reading, writing, preview. */
@Resolver(() => CampaignType)
export class CampaignResolver {
  constructor(
    private readonly manage: ManageCampaigns,
    private readonly previews: PreviewCampaign,
    private readonly campaigns: CampaignRepository,
    private readonly transactions: Transactions,
    private readonly publications: PublicationLoader,
  ) {}

  @Allow('campaigns.view')
  @Query(() => CampaignType, { nullable: true, description: 'One campaign of the project.' })
  async campaign(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<CampaignType | null> {
    const found = isUuid(id) ? await this.campaigns.find(this.transactions.pool, actor.projectId, id) : null;
    return found && toCampaignType(found);
  }

  @Allow('campaigns.view')
  @Query(() => CampaignConnection, { name: 'campaigns', description: 'Campaigns of the project, newest first.' })
  async list(@CurrentActor() actor: Actor, @Args() args: CampaignsArgs): Promise<CampaignConnection> {
    const rows = await this.campaigns.list(this.transactions.pool, {
      projectId: actor.projectId,
      status: args.status ?? null,
      search: args.search ?? null,
      beforeId: decodeCursor(args.after),
      limit: args.first + 1,
    });
    return toPage(rows, { first: args.first, cursorOf: ({ id }) => id, map: toCampaignType });
  }

  @Allow('campaigns.view')
  @Query(() => PreviewCampaignPayload, {
    description: 'What a profile, or somebody with these values, would get of a campaign, Direct ones too.',
  })
  async previewCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: PreviewCampaignInput,
  ): Promise<PreviewCampaignPayload> {
    const problems = await invalidInput(PreviewCampaignInput, input);
    if (problems.length > 0) return refusedPreview(problems);
    const { id, language = null, variant = null, profileId = null } = input;
    const samples = new Map(input.values.map(({ name, value }) => [name, value]));
    const outcome = await this.previews.run(actor, { id, samples, language, variant, profileId });
    return outcome.preview
      ? { ...toPreview(outcome.preview), variant: outcome.variant }
      : refusedPreview(outcome.problems);
  }

  @Allow('campaigns.edit')
  @Mutation(() => CreateCampaignPayload, {
    description: 'Creates a draft. Content that is not ready is kept; its findings say what is missing.',
  })
  async createCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateCampaignInput,
  ): Promise<CreateCampaignPayload> {
    const problems = await invalidInput(CreateCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    const { type, channelId, name, segment = null } = input;
    const content = toNewContent(input.content ?? {});
    return toPayload(await this.manage.create(actor, { type, channelId, name, content, segment }));
  }

  @Allow('campaigns.edit')
  @Mutation(() => UpdateCampaignPayload, {
    description: 'Edits a campaign. What is live stays as it was launched until the next launch.',
  })
  async updateCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateCampaignInput,
  ): Promise<UpdateCampaignPayload> {
    const problems = await invalidInput(UpdateCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    const { id, version, channelId, segment } = input;
    const content = input.content ? toGivenContent(input.content) : undefined;
    const change = { id, version, channelId: channelId ?? undefined, content, segment };
    return toPayload(await this.manage.update(actor, change));
  }

  @ResolveField(() => PublicationType, {
    nullable: true,
    description: 'Its template in Optimove; null before a launch.',
  })
  async publication(@CurrentActor() actor: Actor, @Parent() { id }: CampaignType): Promise<PublicationType | null> {
    const found = await this.publications.load(actor.projectId, id);
    return found && toPublicationType(found);
  }
}
