import { isUuid } from '@libs/foundation';
import { PageArgs, Transactions, toPage, validateInput } from '@libs/platform';
import { ChannelNotFoundError, ChannelsService, type ChannelView } from '@modules/channels';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { EngagementFilesRepository } from '../persistence/ledger/engagement-files.repository';
import { DirectDrafts } from '../rehearsal/direct-draft';
import { DryRunRepository } from '../rehearsal/dry-run.repository';
import { nameOfList, StartDryRun } from '../rehearsal/start-dry-run';
import {
  DryRunConnection,
  DryRunType,
  DryRunUserError,
  StartDirectDryRunInput,
  StartDryRunInput,
  StartDryRunPayload,
  toDryRun,
} from './dry-run.type';
import { readCursor } from './read-cursor';

const noDirectCampaign = 'This project has no such Direct campaign; list directCampaigns to see their ids';

const inFiles =
  'The list came in files, one for each template; replay the calls of event 14 that announced them instead (replayCallback)';

const unlisted: Partial<Record<ChannelView['kind'], string>> = {
  TRIGGERED: 'Optimove lists nobody of a triggered campaign; replay one of its calls instead (replayCallback)',
  SMS_SUBSCRIPTION: 'Nothing is sent on this channel; choose the one that the campaign runs on',
};

/** Rehearsals of campaigns. */
@Resolver()
export class RehearsalResolver {
  constructor(
    private readonly dryRuns: DryRunRepository,
    private readonly start: StartDryRun,
    private readonly drafts: DirectDrafts,
    private readonly channels: ChannelsService,
    private readonly engagements: EngagementFilesRepository,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @Query(() => DryRunType, { nullable: true, description: 'One rehearsal of the project.' })
  async dryRun(@CurrentActor() actor: Actor, @Args('id', { type: () => ID }) id: string): Promise<DryRunType | null> {
    const found = isUuid(id) ? await this.dryRuns.find(this.transactions.pool, actor.projectId, id) : null;
    return found && toDryRun(found);
  }

  @Allow('campaigns.view')
  @Query(() => DryRunConnection, { name: 'dryRuns', description: 'Rehearsals of the project, newest first.' })
  async listDryRuns(@CurrentActor() actor: Actor, @Args() { first, after }: PageArgs): Promise<DryRunConnection> {
    const page = { beforeId: readCursor(after, isUuid), limit: first + 1 };
    const rows = await this.dryRuns.list(this.transactions.pool, actor.projectId, page);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: toDryRun });
  }

  @Allow('campaigns.launch')
  @Mutation(() => StartDryRunPayload, {
    description: 'Rehearses a campaign of Optimove: the funnel that would result now. Nothing can be sent by it.',
  })
  async startDryRun(@CurrentActor() actor: Actor, @Args('input') input: StartDryRunInput): Promise<StartDryRunPayload> {
    const problems = await validateInput(StartDryRunInput, input);
    if (problems.length > 0) return refused(problems);
    const channel = await this.channelOf(actor, input.channelId);
    if ('code' in channel) return { dryRun: null, userErrors: [channel] };
    const { connectionId, optimoveChannelId } = channel;
    const { optimoveCampaignId, smsPartPrice = null } = input;
    const campaign = { projectId: actor.projectId, channelId: channel.id, optimoveCampaignId };
    if (await this.engagements.isNewestInFiles(this.transactions.pool, campaign)) {
      return refused([{ path: ['optimoveCampaignId'], message: inFiles }]);
    }
    const request = { optimoveCampaignId, optimoveChannelId, smsPartPrice };
    const id = await this.start.run(actor, nameOfList(request), { connectionId, kind: 'EXECUTION', request });
    return { dryRun: await this.dryRun(actor, id), userErrors: [] };
  }

  @Allow('campaigns.launch')
  @Mutation(() => StartDryRunPayload, {
    description:
      'Rehearses a Direct campaign as it is edited now: the funnel of who is in its segment. Nothing can be sent by it.',
  })
  async startDirectDryRun(
    @CurrentActor() actor: Actor,
    @Args('input') input: StartDirectDryRunInput,
  ): Promise<StartDryRunPayload> {
    const problems = await validateInput(StartDirectDryRunInput, input);
    if (problems.length > 0) return refused(problems);
    const draft = await this.drafts.read(actor.projectId, input.id);
    if (!draft) return refused([{ path: ['id'], message: noDirectCampaign }], 'NOT_FOUND');
    if (draft.problems.length > 0) return refused(draft.problems);
    const request = { directCampaignId: input.id, smsPartPrice: input.smsPartPrice ?? null };
    const subject = `the Direct campaign ${draft.name}`;
    const id = await this.start.run(actor, subject, { kind: 'DIRECT', connectionId: null, request });
    return { dryRun: await this.dryRun(actor, id), userErrors: [] };
  }

  /** The channel, or why there is nothing to rehearse on it. */
  private async channelOf({ projectId }: Actor, id: string): Promise<ChannelView | DryRunUserError> {
    const path = ['channelId'];
    try {
      const channel = await this.channels.get(projectId, id);
      const message = unlisted[channel.kind];
      return message === undefined ? channel : { code: 'INVALID', path, message };
    } catch (error) {
      if (!(error instanceof ChannelNotFoundError)) throw error;
      return { code: 'NOT_FOUND', path, message: 'This project has no such channel; list channels to see their ids' };
    }
  }
}

function refused(problems: { path: string[]; message: string }[], code = 'INVALID'): StartDryRunPayload {
  return { dryRun: null, userErrors: problems.map(({ path, message }) => ({ code, path, message })) };
}
