import { isUuid } from '@libs/foundation';
import { decodeCursor, PageArgs, Transactions, toPage, validateInput } from '@libs/platform';
import { ChannelNotFoundError, ChannelsService, type ChannelView } from '@modules/channels';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { BadRequestException } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { DryRunRepository, type DryRunRow } from '../rehearsal/dry-run.repository';
import { JournalListRepository } from '../rehearsal/journal-list.repository';
import { maskBody } from '../rehearsal/mask-body';
import { ReplayCallback } from '../rehearsal/replay-callback';
import { StartDryRun } from '../rehearsal/start-dry-run';
import { DryRunConnection, DryRunType, DryRunUserError, StartDryRunInput, StartDryRunPayload } from './dry-run.type';
import {
  CallbackJournalArgs,
  JournalledCallConnection,
  ReplayCallbackInput,
  ReplayCallbackPayload,
} from './journal.type';

const noCall = 'This project has no such call in its journal; list callbackJournal to see their ids';

const unlisted: Partial<Record<ChannelView['kind'], string>> = {
  TRIGGERED: 'Optimove lists nobody of a triggered campaign; replay one of its calls instead (replayCallback)',
  SMS_SUBSCRIPTION: 'Nothing is sent on this channel; choose the one that the campaign runs on',
};

/** Rehearsals and the journal of inbound calls. */
@Resolver()
export class RehearsalResolver {
  constructor(
    private readonly dryRuns: DryRunRepository,
    private readonly start: StartDryRun,
    private readonly replaying: ReplayCallback,
    private readonly journal: JournalListRepository,
    private readonly channels: ChannelsService,
    private readonly transactions: Transactions,
  ) {}

  @Allow('campaigns.view')
  @Query(() => DryRunType, { nullable: true, description: 'One rehearsal of the project.' })
  async dryRun(@CurrentActor() actor: Actor, @Args('id', { type: () => ID }) id: string): Promise<DryRunRow | null> {
    return isUuid(id) ? this.dryRuns.find(this.transactions.pool, actor.projectId, id) : null;
  }

  @Allow('campaigns.view')
  @Query(() => DryRunConnection, { name: 'dryRuns', description: 'Rehearsals of the project, newest first.' })
  async listDryRuns(@CurrentActor() actor: Actor, @Args() { first, after }: PageArgs): Promise<DryRunConnection> {
    const page = { beforeId: readCursor(after, isUuid), limit: first + 1 };
    const rows = await this.dryRuns.list(this.transactions.pool, actor.projectId, page);
    return toPage(rows, { first, cursorOf: ({ id }) => id, map: (row) => row });
  }

  @Allow('campaigns.launch')
  @Mutation(() => StartDryRunPayload, {
    description: 'Rehearses a campaign of Optimove: the funnel that would result now. Nothing can be sent by it.',
  })
  async startDryRun(@CurrentActor() actor: Actor, @Args('input') input: StartDryRunInput): Promise<StartDryRunPayload> {
    const problems = await validateInput(StartDryRunInput, input);
    if (problems.length > 0) {
      return { dryRun: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    const channel = await this.channelOf(actor, input.channelId);
    if ('code' in channel) return { dryRun: null, userErrors: [channel] };
    const { connectionId, optimoveChannelId } = channel;
    const { optimoveCampaignId, smsPartPrice = null } = input;
    const request = { optimoveCampaignId, optimoveChannelId, smsPartPrice };
    const id = await this.start.run(actor, { connectionId, kind: 'EXECUTION', request });
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

  @Allow('campaigns.view')
  @Query(() => JournalledCallConnection, {
    description: 'Calls from Optimove as they came, newest first; kept 30 days, what they say of a person three.',
  })
  async callbackJournal(
    @CurrentActor() actor: Actor,
    @Args() { first, after, connectionId, outcome = null, optimoveCampaignId = null }: CallbackJournalArgs,
  ): Promise<JournalledCallConnection> {
    const page = { beforeId: readCursor(after, (id) => /^\d{1,18}$/.test(id)), limit: first + 1 };
    const filter = { connectionId, outcome, optimoveCampaignId };
    const rows = await this.journal.list(actor.projectId, filter, page);
    return toPage(rows, {
      first,
      cursorOf: ({ id }) => id,
      map: ({ body, ...call }) => ({ ...call, maskedBody: maskBody(body) }),
    });
  }

  @Allow('campaigns.launch')
  @Mutation(() => ReplayCallbackPayload, {
    description:
      'Takes a call of the journal through reading, matching and the gate again and shows what it would do now.',
  })
  async replayCallback(
    @CurrentActor() actor: Actor,
    @Args('input') input: ReplayCallbackInput,
  ): Promise<ReplayCallbackPayload> {
    const problems = await validateInput(ReplayCallbackInput, input);
    if (problems.length > 0) {
      return { replay: null, userErrors: problems.map((problem) => ({ ...problem, code: 'INVALID' })) };
    }
    const found = await this.replaying.run(actor, input.journalId);
    if (!found) return { replay: null, userErrors: [{ code: 'NOT_FOUND', path: ['journalId'], message: noCall }] };
    const { callback, dryRunId, ...replay } = found;
    return {
      replay: {
        ...replay,
        eventTypeId: callback?.eventTypeId ?? null,
        optimoveCampaignId: callback?.campaignId ?? null,
        optimoveChannelId: callback?.channelId ?? null,
        dryRun: dryRunId === null ? null : await this.dryRun(actor, dryRunId),
      },
      userErrors: [],
    };
  }
}

function readCursor(after: string | null | undefined, isPosition: (text: string) => boolean): string | null {
  const id = decodeCursor(after);
  if (id === null || isPosition(id)) return id;
  throw new BadRequestException('after must be the endCursor of a page of the same list');
}
