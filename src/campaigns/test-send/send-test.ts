import type { SendResult } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Accounts, DeliveryService, type Sender } from '@modules/channels';
import { ProfilesService } from '@modules/profiles';
import type { Actor } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { type CampaignProblem, notFound } from '../authoring/campaign-problem';
import { Snippets } from '../authoring/snippets';
import { type WrittenCampaign, WrittenCampaigns } from '../authoring/written-campaigns';
import type { CampaignContent } from '../domain/content/campaign-content';
import { errorsOf, validateContent } from '../domain/content/validate-content';
import { type ClaimedTest, ClaimTest, type TestInHand } from './claim-test';
import { renderTest, type TestMessage } from './render-test';
import type { TestOutcome } from './test-outcome';
import { TestSendRepository } from './test-send.repository';
import type { TestSendRequest } from './test-send-request';

/** The test that was made, or what has to be mended first. */
export type TestSendOutcome = { id: string; problems: [] } | { id: null; problems: CampaignProblem[] };

/** From the decision to the first byte, as for every hand-over. */
const handOverWithinMs = 2_000;
const roomWithinMs = 5_000;

/** Sends a campaign to a few chosen profiles before it is launched: through the gate, and past the ledger. */
@Injectable()
export class SendTest {
  constructor(
    private readonly transactions: Transactions,
    private readonly campaigns: WrittenCampaigns,
    private readonly tests: TestSendRepository,
    private readonly snippets: Snippets,
    private readonly profiles: ProfilesService,
    private readonly claims: ClaimTest,
    private readonly delivery: DeliveryService,
  ) {}

  /** Resolves when the providers have answered. Nothing is tried again: whoever wants to, sends another test. */
  async run(actor: Actor, request: TestSendRequest): Promise<TestSendOutcome> {
    const { pool } = this.transactions;
    const campaign = await this.campaigns.find(pool, actor.projectId, request.campaignId);
    if (!campaign) return { id: null, problems: [{ ...notFound, path: ['campaignId'] }] };
    const content = await this.contentOf(campaign, request.versionNumber);
    if (!content) return refused('versionNumber', `The campaign has no version ${request.versionNumber}`);
    const problems = problemsOf(content, request);
    if (problems.length > 0) return { id: null, problems };
    const stored = await this.profiles.storedValues(pool, actor.projectId, request.profileIds);
    const missing = request.profileIds.findIndex((id) => !stored.has(id));
    if (missing >= 0) return refused(`profileIds.${missing}`, 'This project has no such profile');
    const messages = renderTest(content, { ...request, choiceName: campaign.choiceName }, stored);
    const test: TestInHand = {
      id: newId(),
      campaign,
      content,
      messages,
      senders: await this.senders(content, messages, actor),
    };
    return this.send(actor, request, test);
  }

  private async contentOf(campaign: WrittenCampaign, number: number | null): Promise<CampaignContent | null> {
    const { projectId, id: campaignId } = campaign;
    if (number === null) return this.snippets.attach(this.transactions.pool, projectId, campaign.content);
    return this.tests.version(this.transactions.pool, { projectId, campaignId, number });
  }

  private async senders(
    { appIds }: CampaignContent,
    messages: TestMessage[],
    { projectId }: Actor,
  ): Promise<Accounts<Sender>> {
    const senders = await this.delivery.sendersFor(projectId, [...new Set(messages.map(({ medium }) => medium))]);
    return appIds ? senders.forApps(new Set(appIds)) : senders;
  }

  private async send(actor: Actor, request: TestSendRequest, test: TestInHand): Promise<TestSendOutcome> {
    const rooms = await this.reserve(test);
    const decidedAt = performance.now();
    const mayWrite = (): boolean => performance.now() - decidedAt <= handOverWithinMs;
    try {
      const claimed = await this.transactions.run((tx) => this.claims.run(tx, { actor, request, test }));
      if (typeof claimed === 'string') return refused('campaignId', claimed);
      const answered = await Promise.all(
        test.senders.all.map((sender) => {
          const batch = claimed.filter(({ outcome }) => outcome.accountId === sender.accountId);
          return handOver(sender, { batch, mayWrite, room: rooms.get(sender.accountId) });
        }),
      );
      await this.transactions.run((tx) => this.tests.record(tx, test.id, actor.projectId, answered.flat()));
      return { id: test.id, problems: [] };
    } finally {
      for (const room of rooms.values()) room?.release();
    }
  }

  private async reserve({
    messages,
    senders,
  }: TestInHand): Promise<Map<string, Awaited<ReturnType<Sender['reserve']>>>> {
    const until = performance.now() + roomWithinMs;
    const booked = senders.all.map(async (sender) => {
      const count = messages.filter(({ medium, message }) => medium === sender.medium && message !== null).length;
      const isLimited = sender.messagesPerSecond !== null && count > 0;
      return [sender.accountId, isLimited ? await sender.reserve({ count, isUrgent: false, until }) : null] as const;
    });
    return new Map(await Promise.all(booked));
  }
}

function problemsOf(content: CampaignContent, { variant }: TestSendRequest): CampaignProblem[] {
  if (variant !== null && !content.variants?.some(({ name }) => name === variant)) {
    return refused('variant', `The campaign has no variant "${variant}"`).problems;
  }
  const errors = errorsOf(validateContent(content).findings);
  return errors.map(({ path, message }) => ({ code: 'INVALID_CONTENT', path: ['content', ...path], message }));
}

function refused(path: string, message: string): TestSendOutcome & { id: null } {
  return { id: null, problems: [{ code: 'INVALID', path: path.split('.'), message }] };
}

async function handOver(
  sender: Sender,
  work: { batch: ClaimedTest[]; mayWrite: () => boolean; room: Awaited<ReturnType<Sender['reserve']>> | undefined },
): Promise<TestOutcome[]> {
  const { batch, mayWrite, room } = work;
  if (batch.length === 0) return [];
  const messages = batch.map(({ message }) => message);
  // A person waits for it.
  const results = await sender.sendBatch(messages, { mayWrite, isUrgent: true }, room ?? undefined);
  const byId = new Map(results.map((result) => [result.deliveryId, result]));
  return batch.map(({ outcome, message }) => ({ ...outcome, ...answerOf(byId.get(message.deliveryId)) }));
}

/** A test is not tried again, so what could be is rejected like what could not. */
function answerOf(result: SendResult | undefined): Pick<TestOutcome, 'state' | 'reason' | 'providerMessageId'> {
  const none = { providerMessageId: null };
  if (!result) return { ...none, state: 'UNCERTAIN', reason: 'The provider gave no answer for this message' };
  if (result.outcome === 'ACCEPTED') {
    return { state: 'ACCEPTED', reason: null, providerMessageId: result.providerMessageId };
  }
  const state = result.outcome === 'UNCERTAIN' ? 'UNCERTAIN' : 'REJECTED';
  return { ...none, state, reason: `${result.reason}: ${result.detail}`.slice(0, 500) };
}
