import type { OutboundMessage } from '@libs/delivery';
import { systemClock } from '@libs/foundation';
import type { Tx } from '@libs/platform';
import { type Accounts, noAccountFor, type Sender } from '@modules/channels';
import { ConnectionsService } from '@modules/connections';
import { type Actor, AuditTrail } from '@modules/projects';
import { type GateDecision, SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import type { WrittenCampaign } from '../authoring/written-campaigns';
import type { CampaignContent } from '../domain/content/campaign-content';
import { targetingOf } from '../domain/content/targeting';
import { deliveryId } from '../domain/execution/delivery-id';
import { addressOf } from '../execution/message-address';
import { isEncrypted, noKeys } from '../execution/narrow-to-keys';
import { NarrowToTarget, type Targeted } from '../execution/narrow-to-target';
import { CategoryRepository } from '../persistence/limits/category.repository';
import { type ShortLink, ShortLinkRepository } from '../persistence/short-link.repository';
import { MessageLinks } from '../tracking/message-links';
import { ShortLinks } from '../tracking/short-links';
import type { TestMessage } from './render-test';
import type { TestOutcome } from './test-outcome';
import { TestSendRepository } from './test-send.repository';
import type { TestSendRequest } from './test-send-request';

/** A message that may be handed over, and what is written of it until the provider answers. */
export interface ClaimedTest {
  outcome: TestOutcome;
  message: OutboundMessage;
}

/** A test on its way. */
export interface TestInHand {
  id: string;
  campaign: WrittenCampaign;
  content: CampaignContent;
  messages: TestMessage[];
  senders: Accounts<Sender>;
}

type Claim = { outcome: TestOutcome; message: OutboundMessage | null; links: ShortLink[] };

/** Takes the messages of a test through the gate. */
@Injectable()
export class ClaimTest {
  constructor(
    private readonly tests: TestSendRepository,
    private readonly suppression: SuppressionService,
    private readonly connections: ConnectionsService,
    private readonly links: MessageLinks,
    private readonly shortLinks: ShortLinks,
    private readonly shortLinkRepository: ShortLinkRepository,
    private readonly audit: AuditTrail,
    private readonly categories: CategoryRepository,
    private readonly targets: NarrowToTarget,
  ) {}

  /** Decides and writes in one transaction what is about to be handed over; a text when nothing may be sent at all. */
  async run(
    tx: Tx,
    { actor, request, test }: { actor: Actor; request: TestSendRequest; test: TestInHand },
  ): Promise<ClaimedTest[] | string> {
    const { campaign, content, messages, senders } = test;
    const { projectId, connectionId, channelId, id: campaignId } = campaign;
    if (connectionId && (await this.connections.isDisabled(tx, connectionId)))
      return 'The connection of the campaign is disabled';
    const accountIds = senders.all.map(({ accountId }) => accountId);
    const stop = await this.tests.stopReason(tx, { projectId, connectionId, channelId, accountIds });
    if (stop !== null) return `Sending is switched off: ${stop}`;
    const { prefix, versionNumber } = request;
    await this.tests.insert(tx, {
      id: test.id,
      projectId,
      campaignId,
      versionNumber,
      content,
      prefix,
      sentBy: actor.label,
    });
    const after = { testSendId: test.id, versionNumber, profiles: request.profileIds.length };
    const subject = { type: campaign.kind, id: campaignId };
    await this.audit.record(tx, actor, { action: `${campaign.kind}.test-sent`, subject, after });
    const { decisions, leftOut } = await this.targeted(tx, test, await this.decide(tx, test));
    const decided = [
      ...decisions.map((each) => this.toClaim(test, each)),
      ...leftOut.map(({ decision, drop: { state, detail } }) => notSent(decision, `${state}: ${detail}`)),
    ];
    await this.tests.record(tx, test.id, projectId, [
      ...notRendered(messages),
      ...decided.map(({ outcome }) => outcome),
    ]);
    await this.shortLinkRepository.store(
      tx,
      projectId,
      decided.flatMap(({ links }) => links),
    );
    return decided.flatMap(({ outcome, message }) => (message ? [{ outcome, message }] : []));
  }

  /**
   * Nobody chose these people at Optimove, so the rules for campaigns without Optimove count as well as those of the
   * connection: whoever one of them excludes gets no test.
   */
  private async decide(tx: Tx, { id, campaign, content, messages }: TestInHand): Promise<GateDecision[]> {
    const { projectId, connectionId } = campaign;
    const ready = messages.filter(({ message }) => message !== null);
    if (ready.length === 0) return [];
    const people = [...new Map(ready.map(({ seq, profileId }) => [seq, { seq, profileId }])).values()];
    const category = content.categoryId ? await this.categories.find(tx, projectId, content.categoryId) : null;
    const ignoresSubscription = category?.ignoresSubscription ?? false;
    const asked = {
      projectId,
      people: people.map((person) => ({ ...person, ignoresSubscription })),
      media: [...new Set(ready.map(({ medium }) => medium))],
    };
    const direct = await this.suppression.decide(tx, { ...asked, origin: { kind: 'DIRECT', executionId: id } });
    if (connectionId === null) return direct;
    const origin = { kind: 'OPTIMOVE', connectionId, executionId: id } as const;
    const ofConnection = await this.suppression.decide(tx, { ...asked, origin });
    const refusals = new Map(ofConnection.filter(({ isAllowed }) => !isAllowed).map((each) => [keyOf(each), each]));
    return direct.map((each) => (each.isAllowed ? (refusals.get(keyOf(each)) ?? each) : each));
  }

  /** A test keeps to the devices that the campaign is for; its people were chosen. */
  private targeted(tx: Tx, { campaign, content, messages }: TestInHand, decisions: GateDecision[]): Promise<Targeted> {
    const { targeting, appIds } = content;
    const contents = new Map([['', { targeting: targetingOf({ targeting, appIds }) }]]);
    const people = messages.map(({ seq }) => ({ seq, templateId: '' }));
    return this.targets.run(tx, { projectId: campaign.projectId, contents, people, decisions });
  }

  private toClaim(test: TestInHand, decision: GateDecision): Claim {
    const { seq, profileId, medium } = decision;
    const rendered = test.messages.find((each) => each.seq === seq && each.medium === medium)?.message;
    if (!decision.isAllowed) return notSent(decision, `${decision.reason}: ${decision.detail}`);
    if (!rendered) return notSent(decision, 'NOT_PERSONALISED: Nothing was rendered');
    if (isEncrypted(rendered) && !decision.encryptionKeys) return notSent(decision, `NOT_ADDRESSABLE: ${noKeys}`);
    const sender = test.senders.of(decision);
    if (!sender) return notSent(decision, `NOT_ADDRESSABLE: ${noAccountFor(decision)}`);
    const { addressKey } = decision;
    const id = deliveryId({ executionId: test.id, seq, medium, addressKey });
    const bare = { ...rendered, deliveryId: id, ...addressOf(decision) } as OutboundMessage;
    const ref = { executionId: test.id, seq, medium, profileId };
    const now = systemClock.now();
    const { message, links } = this.shortLinks.shorten(this.links.addTo(bare, ref, now), ref, now);
    const reason = 'The answer of the provider was not written down';
    const outcome = { ...outcomeOf(decision), accountId: sender.accountId, state: 'UNCERTAIN' as const, reason };
    return { outcome, message, links };
  }
}

function outcomeOf({ seq, profileId, medium, addressKey }: GateDecision) {
  return { seq, profileId, medium, addressKey: addressKey ?? '', providerMessageId: null };
}

function notSent(decision: GateDecision, reason: string): Claim {
  const outcome = { ...outcomeOf(decision), accountId: null, state: 'NOT_SENT' as const, reason };
  return { outcome, message: null, links: [] };
}

function keyOf({ seq, medium, addressKey }: GateDecision): string {
  return `${seq} ${medium} ${addressKey}`;
}

function notRendered(messages: TestMessage[]): TestOutcome[] {
  return messages.flatMap(({ seq, profileId, medium, problem }) => {
    const base = { seq, profileId, medium, addressKey: '', accountId: null, providerMessageId: null };
    return problem === null ? [] : [{ ...base, state: 'NOT_SENT' as const, reason: problem }];
  });
}
