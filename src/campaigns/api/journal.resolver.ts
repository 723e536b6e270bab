import { Transactions, toPage, validateInput } from '@libs/platform';
import { type Actor, Allow, CurrentActor } from '@modules/projects';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { DryRunRepository } from '../rehearsal/dry-run.repository';
import { JournalListRepository } from '../rehearsal/journal-list.repository';
import { maskBody } from '../rehearsal/mask-body';
import { ReplayCallback } from '../rehearsal/replay-callback';
import { toDryRun } from './dry-run.type';
import {
  CallbackJournalArgs,
  JournalledCallConnection,
  ReplayCallbackInput,
  ReplayCallbackPayload,
} from './journal.type';
import { readCursor } from './read-cursor';

const noCall = 'This project has no such call in its journal; list callbackJournal to see their ids';

/** The journal of inbound calls, and what would come of one of them now. */
@Resolver()
export class JournalResolver {
  constructor(
    private readonly replaying: ReplayCallback,
    private readonly journal: JournalListRepository,
    private readonly dryRuns: DryRunRepository,
    private readonly transactions: Transactions,
  ) {}

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
    const { callback, dryRunIds, ...replay } = found;
    const dryRuns = await this.dryRuns.ofIds(this.transactions.pool, actor.projectId, dryRunIds);
    return {
      replay: {
        ...replay,
        eventTypeId: callback?.eventTypeId ?? null,
        optimoveCampaignId: callback?.campaignId ?? null,
        optimoveChannelId: callback?.channelId ?? null,
        dryRuns: dryRuns.map(toDryRun),
      },
      userErrors: [],
    };
  }
}
