import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage } from '@libs/platform';
import { type Actor, Allow, CurrentActor, ProjectsService } from '@modules/projects';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CopyDirectCampaign } from '../../direct/copy-direct-campaign';
import { refusedDirect } from '../../direct/direct-problem';
import { LaunchDirectCampaign } from '../../direct/launch-direct-campaign';
import { ManageDirectCampaigns } from '../../direct/manage-direct-campaigns';
import { ReviewDirectCampaign } from '../../direct/review-direct-campaign';
import type { Finding } from '../../domain/content/finding';
import { stepsOf } from '../../domain/review/builder-steps';
import { type DirectCampaign, DirectCampaignRepository } from '../../persistence/direct/direct-campaign.repository';
import { ExecutionListRepository } from '../../persistence/ledger/execution-list.repository';
import { FindingType } from '../authoring/finding.type';
import { invalidInput } from '../authoring/invalid-input';
import { toGivenContent, toNewContent } from '../authoring/map-content';
import { StepReportType } from '../authoring/review.type';
import { SnippetLoader } from '../authoring/snippet.loader';
import { ExecutionConnection } from '../execution.type';
import {
  ArchiveDirectCampaignInput,
  CopyDirectCampaignInput,
  CreateDirectCampaignInput,
  DirectCampaignsArgs,
  LaunchDirectCampaignInput,
  PauseDirectCampaignInput,
  ResumeDirectCampaignInput,
  UpdateDirectCampaignInput,
} from './direct-campaign.inputs';
import {
  ArchiveDirectCampaignPayload,
  CopyDirectCampaignPayload,
  CreateDirectCampaignPayload,
  DirectCampaignConnection,
  DirectCampaignType,
  LaunchDirectCampaignPayload,
  PauseDirectCampaignPayload,
  ResumeDirectCampaignPayload,
  UpdateDirectCampaignPayload,
} from './direct-campaign.type';
import { scheduleProblems, toDirectPayload, toDirectType, toSchedule } from './map-direct';

/** Direct campaigns: writing, launch, what they rely on. */
@Resolver(() => DirectCampaignType)
export class DirectCampaignResolver {
  constructor(
    private readonly manage: ManageDirectCampaigns,
    private readonly launches: LaunchDirectCampaign,
    private readonly copies: CopyDirectCampaign,
    private readonly projects: ProjectsService,
    private readonly campaigns: DirectCampaignRepository,
    private readonly executionLists: ExecutionListRepository,
    private readonly reviews: ReviewDirectCampaign,
    private readonly snippets: SnippetLoader,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @Query(() => DirectCampaignType, { nullable: true, description: 'One Direct campaign of the project.' })
  async directCampaign(
    @CurrentActor() actor: Actor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<DirectCampaignType | null> {
    const found = isUuid(id) ? await this.campaigns.find(this.transactions.pool, actor.projectId, id) : null;
    return found && toDirectType(found);
  }

  @Allow('campaigns.view')
  @Query(() => DirectCampaignConnection, {
    name: 'directCampaigns',
    description: 'Direct campaigns of the project, newest first.',
  })
  async list(@CurrentActor() actor: Actor, @Args() args: DirectCampaignsArgs): Promise<DirectCampaignConnection> {
    const rows = await this.campaigns.list(this.transactions.pool, {
      projectId: actor.projectId,
      status: args.status ?? null,
      search: args.search ?? null,
      beforeId: decodeCursor(args.after),
      limit: args.first + 1,
    });
    return toPage(rows, { first: args.first, cursorOf: ({ id }) => id, map: toDirectType });
  }

  @Allow('campaigns.edit')
  @Mutation(() => CreateDirectCampaignPayload, {
    description: 'Creates a draft. Content that is not ready is kept; its findings say what is missing.',
  })
  async createDirectCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: CreateDirectCampaignInput,
  ): Promise<CreateDirectCampaignPayload> {
    const problems = [...(await invalidInput(CreateDirectCampaignInput, input)), ...scheduleProblems(input.schedule)];
    if (problems.length > 0) return toDirectPayload(refusedDirect(...problems));
    const { name, segment = null } = input;
    const schedule = toSchedule(input.schedule, await this.zoneOf(actor));
    const fresh = { name, segment, content: toNewContent(input.content ?? {}), schedule };
    return toDirectPayload(await this.manage.create(actor, fresh));
  }

  @Allow('campaigns.edit')
  @Mutation(() => UpdateDirectCampaignPayload, {
    description: 'Edits a Direct campaign. What is scheduled stays as it was launched until the next launch.',
  })
  async updateDirectCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: UpdateDirectCampaignInput,
  ): Promise<UpdateDirectCampaignPayload> {
    const problems = [...(await invalidInput(UpdateDirectCampaignInput, input)), ...scheduleProblems(input.schedule)];
    if (problems.length > 0) return toDirectPayload(refusedDirect(...problems));
    const { id, version, name, segment } = input;
    const content = input.content ? toGivenContent(input.content) : undefined;
    const schedule = input.schedule ? toSchedule(input.schedule, await this.zoneOf(actor)) : undefined;
    return toDirectPayload(await this.manage.update(actor, { id, version, name, content, segment, schedule }));
  }

  @Allow('campaigns.launch')
  @Mutation(() => LaunchDirectCampaignPayload, {
    description: 'Freezes content, segment and schedule; the campaign goes out at the times of the schedule.',
  })
  async launchDirectCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: LaunchDirectCampaignInput,
  ): Promise<LaunchDirectCampaignPayload> {
    const problems = await invalidInput(LaunchDirectCampaignInput, input);
    if (problems.length > 0) return toDirectPayload(refusedDirect(...problems));
    return toDirectPayload(await this.launches.launch(actor, input));
  }

  @Allow('campaigns.launch')
  @Mutation(() => PauseDirectCampaignPayload, {
    description: 'Holds the next times back. An execution that runs is paused by pauseExecution.',
  })
  async pauseDirectCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: PauseDirectCampaignInput,
  ): Promise<PauseDirectCampaignPayload> {
    const problems = await invalidInput(PauseDirectCampaignInput, input);
    if (problems.length > 0) return toDirectPayload(refusedDirect(...problems));
    return toDirectPayload(await this.launches.pause(actor, input.id));
  }

  @Allow('campaigns.launch')
  @Mutation(() => ResumeDirectCampaignPayload, {
    description: 'Goes on with the next time of the schedule; times that passed meanwhile are left out.',
  })
  async resumeDirectCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: ResumeDirectCampaignInput,
  ): Promise<ResumeDirectCampaignPayload> {
    const problems = await invalidInput(ResumeDirectCampaignInput, input);
    if (problems.length > 0) return toDirectPayload(refusedDirect(...problems));
    return toDirectPayload(await this.launches.resume(actor, input.id));
  }

  @Allow('campaigns.edit')
  @Mutation(() => CopyDirectCampaignPayload, {
    description: 'Makes a draft with the content, segment and schedule of a Direct campaign as it is edited.',
  })
  async copyDirectCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: CopyDirectCampaignInput,
  ): Promise<CopyDirectCampaignPayload> {
    const problems = await invalidInput(CopyDirectCampaignInput, input);
    if (problems.length > 0) return toDirectPayload(refusedDirect(...problems));
    return toDirectPayload(await this.copies.copy(actor, { id: input.id, name: input.name ?? null }));
  }

  @Allow('campaigns.edit')
  @Mutation(() => ArchiveDirectCampaignPayload, {
    description:
      'Puts a Direct campaign away; it does not go out any more. Its history stays. Once launched, this takes the right to launch.',
  })
  async archiveDirectCampaign(
    @CurrentActor() actor: Actor,
    @Args('input') input: ArchiveDirectCampaignInput,
  ): Promise<ArchiveDirectCampaignPayload> {
    const problems = await invalidInput(ArchiveDirectCampaignInput, input);
    if (problems.length > 0) return toDirectPayload(refusedDirect(...problems));
    return toDirectPayload(await this.manage.archive(actor, input.id));
  }

  @ResolveField(() => [FindingType], {
    description:
      'What its author should know before a launch; errors forbid it. Says so when it relies on no exclusion rule.',
  })
  findings(@Parent() { source }: DirectCampaignType): Promise<FindingType[]> {
    return this.reviewOf(source);
  }

  @ResolveField(() => [StepReportType], { description: 'The steps of the builder, each with what was found on it.' })
  async steps(@Parent() { source }: DirectCampaignType): Promise<StepReportType[]> {
    return stepsOf(await this.reviewOf(source));
  }

  private async zoneOf({ projectId }: Actor): Promise<string> {
    return (await this.projects.get(projectId)).timeZone;
  }

  private async reviewOf(source: DirectCampaign): Promise<Finding[]> {
    const content = await this.snippets.load(source.projectId, source.content);
    return (await this.reviews.review(this.transactions.pool, source, content)).findings;
  }

  @ResolveField(() => ExecutionConnection, { description: 'Each time it went out, newest first.' })
  async executions(
    @CurrentActor() { projectId }: Actor,
    @Parent() { id }: DirectCampaignType,
    @Args() { first, after }: PageArgs,
  ): Promise<ExecutionConnection> {
    const page = { directCampaignId: id, beforeId: decodeCursor(after), limit: first + 1 };
    const rows = await this.executionLists.list({ projectId, connectionId: null, state: null, ...page });
    return toPage(rows, { first, cursorOf: (row) => row.id, map: (row) => row });
  }
}
