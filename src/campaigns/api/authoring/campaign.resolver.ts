import { isUuid } from '@libs/foundation';
import { decodeCursor, Transactions, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { type CampaignProblem, notFound, refused } from '../../authoring/campaign-problem';
import { CampaignSegments } from '../../authoring/campaign-segments';
import { LaunchCampaign } from '../../authoring/launch-campaign';
import { ManageCampaigns } from '../../authoring/manage-campaigns';
import { previewContent } from '../../domain/content/preview-content';
import { validateContent } from '../../domain/content/validate-content';
import { CampaignRepository } from '../../persistence/authoring/campaign.repository';
import {
  ArchiveCampaignInput,
  CampaignsArgs,
  CreateCampaignInput,
  LaunchCampaignInput,
  PreviewCampaignInput,
  RenameCampaignInput,
  UpdateCampaignInput,
  WithdrawCampaignInput,
} from './campaign.inputs';
import {
  ArchiveCampaignPayload,
  CampaignConnection,
  CampaignType,
  CreateCampaignPayload,
  LaunchCampaignPayload,
  RenameCampaignPayload,
  UpdateCampaignPayload,
  WithdrawCampaignPayload,
} from './campaign.type';
import { FindingType, PlaceholdersType } from './finding.type';
import { refusedPreview, toCampaignType, toPayload, toPreview, toPublicationType } from './map-campaign';
import { toGivenContent, toNewContent } from './map-content';
import { PreviewCampaignPayload } from './preview.type';
import { PublicationLoader } from './publication.loader';
import { PublicationType } from './publication.type';
import { SnippetLoader } from './snippet.loader';

/** Campaigns: writing, preview, launch. */
@Resolver(() => CampaignType)
export class CampaignResolver {
  constructor(
    private readonly manage: ManageCampaigns,
    private readonly launches: LaunchCampaign,
    private readonly segments: CampaignSegments,
    private readonly campaigns: CampaignRepository,
    private readonly transactions: Transactions,
    private readonly publications: PublicationLoader,
    private readonly snippets: SnippetLoader,
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
      beforeId: decodeCursor(args.after),
      limit: args.first + 1,
    });
    return toPage(rows, { first: args.first, cursorOf: ({ id }) => id, map: toCampaignType });
  }

  @Allow('campaigns.view')
  @Query(() => PreviewCampaignPayload, { description: 'What one person with these values would get.' })
  async previewCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: PreviewCampaignInput,
  ): Promise<PreviewCampaignPayload> {
    const problems = await invalid(PreviewCampaignInput, input);
    if (problems.length > 0) return refusedPreview(problems);
    const campaign = await this.campaigns.find(this.transactions.pool, actor.projectId, input.id);
    if (!campaign) return refusedPreview([notFound]);
    const { language = null, variant = null } = input;
    if (variant !== null && !campaign.content.variants?.some(({ name }) => name === variant)) {
      return refusedPreview([
        { code: 'INVALID_CONTENT', path: ['variant'], message: `The campaign has no variant "${variant}"` },
      ]);
    }
    const samples = new Map(input.values.map(({ name, value }) => [name, value]));
    const content = await this.snippets.load(actor.projectId, campaign.content);
    return toPreview(previewContent(content, samples, { language, variant }));
  }

  @Allow('campaigns.edit')
  @Mutation(() => CreateCampaignPayload, {
    description: 'Creates a draft. Content that is not ready is kept; its findings say what is missing.',
  })
  async createCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateCampaignInput,
  ): Promise<CreateCampaignPayload> {
    const problems = await invalid(CreateCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    const { channelId, name, content, segment = null } = input;
    return toPayload(await this.manage.create(actor, { channelId, name, content: toNewContent(content), segment }));
  }

  @Allow('campaigns.edit')
  @Mutation(() => UpdateCampaignPayload, {
    description: 'Edits a campaign. What is live stays as it was launched until the next launch.',
  })
  async updateCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateCampaignInput,
  ): Promise<UpdateCampaignPayload> {
    const problems = await invalid(UpdateCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    const { id, version, channelId, segment } = input;
    const content = input.content ? toGivenContent(input.content) : undefined;
    const change = { id, version, channelId: channelId ?? undefined, content, segment };
    return toPayload(await this.manage.update(actor, change));
  }

  @Allow('campaigns.launch')
  @Mutation(() => LaunchCampaignPayload, {
    description:
      'Freezes the content and publishes it as a template in Optimove. Answers with what Optimove said within 10 seconds; after that the publication stays PENDING and is tried again.',
  })
  async launchCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: LaunchCampaignInput,
  ): Promise<LaunchCampaignPayload> {
    const problems = await invalid(LaunchCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.launches.launch(actor, input));
  }

  @Allow('campaigns.edit')
  @Mutation(() => RenameCampaignPayload, { description: 'Renames a campaign, and its template if it is launched.' })
  async renameCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: RenameCampaignInput,
  ): Promise<RenameCampaignPayload> {
    const problems = await invalid(RenameCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.launches.rename(actor, input));
  }

  @Allow('campaigns.launch')
  @Mutation(() => WithdrawCampaignPayload, {
    description: 'Takes the template out of Optimove. Campaigns that Optimove announced before still run with it.',
  })
  async withdrawCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: WithdrawCampaignInput,
  ): Promise<WithdrawCampaignPayload> {
    const problems = await invalid(WithdrawCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.launches.withdraw(actor, input.id));
  }

  @Allow('campaigns.edit')
  @Mutation(() => ArchiveCampaignPayload, {
    description: 'Puts a draft or withdrawn campaign away. Its name becomes free; its history stays.',
  })
  async archiveCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: ArchiveCampaignInput,
  ): Promise<ArchiveCampaignPayload> {
    const problems = await invalid(ArchiveCampaignInput, input);
    if (problems.length > 0) return toPayload(refused(...problems));
    return toPayload(await this.manage.archive(actor, input.id));
  }

  @ResolveField(() => PublicationType, {
    nullable: true,
    description: 'Its template in Optimove; null before a launch.',
  })
  async publication(@CurrentActor() actor: Actor, @Parent() { id }: CampaignType): Promise<PublicationType | null> {
    const found = await this.publications.load(actor.projectId, id);
    return found && toPublicationType(found);
  }

  @ResolveField(() => [FindingType], { description: 'What its author should know; errors forbid a launch.' })
  async findings(@CurrentActor() actor: Actor, @Parent() campaign: CampaignType): Promise<FindingType[]> {
    const { source, narrowedTo } = campaign;
    const content = await this.snippets.load(actor.projectId, source);
    const broken = await this.segments.problems(this.transactions.pool, actor.projectId, narrowedTo);
    return [
      ...validateContent(content).findings.map((finding) => ({ ...finding, path: ['content', ...finding.path] })),
      ...broken.map(({ path, message }) => ({ path, message, code: 'INVALID', severity: 'ERROR' })),
    ];
  }

  @ResolveField(() => PlaceholdersType, { description: 'The placeholders of the content.' })
  async placeholders(@CurrentActor() actor: Actor, @Parent() { source }: CampaignType): Promise<PlaceholdersType> {
    return validateContent(await this.snippets.load(actor.projectId, source)).placeholders;
  }
}

async function invalid<T extends object>(type: new () => T, input: T): Promise<CampaignProblem[]> {
  return (await validateInput(type, input)).map((problem) => ({ ...problem, code: 'INVALID' }));
}
