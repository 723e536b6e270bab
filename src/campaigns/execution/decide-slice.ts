import type { OutboundMessage } from '@libs/delivery';
import { systemClock } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type GateDecision, type GateOrigin, SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { deliveryId } from '../domain/execution/delivery-id';
import type { Drop } from '../domain/execution/end-state';
import { FencedError, SendingStoppedError } from '../domain/execution/errors';
import { LimitSlice } from '../limits/limit-slice';
import type { HeldChunk } from '../persistence/ledger/chunk.repository';
import {
  type ClaimedDelivery,
  DeliveryRepository,
  deliveryKey,
  type NewDelivery,
} from '../persistence/ledger/delivery.repository';
import { type ReasonAgainst, StopRepository } from '../persistence/ledger/stop.repository';
import { type ShortLink, ShortLinkRepository } from '../persistence/short-link.repository';
import { MessageLinks } from '../tracking/message-links';
import { ShortLinks } from '../tracking/short-links';
import type { ExecutionContext } from './execution-context';
import { toGate } from './gate-person';
import { addressOf } from './message-address';
import { narrowToAccounts } from './narrow-to-accounts';
import { narrowToKeys } from './narrow-to-keys';
import { NarrowToTarget } from './narrow-to-target';
import { refusedDrop } from './refused-drop';
import type { RenderedPerson } from './render-slice';
import { SentBeforeSignIn } from './sent-before-sign-in';

/** A message that this process alone may hand over. */
export interface Claimed extends NewDelivery, ClaimedDelivery {
  message: OutboundMessage;
  /** What short links in the message stand for. */
  links: ShortLink[];
}

/** What is decided on: people of a chunk with the messages that would be theirs. */
export interface Undecided {
  context: ExecutionContext;
  chunk: HeldChunk;
  people: RenderedPerson[];
}

/** What the gate says of the people of a slice, by seq. */
export interface Verdict {
  /** Why they would get nothing. */
  drops: Map<number, Drop[]>;
  /** Who has to wait. */
  heldUntil: Map<number, Date>;
}

type Unclaimed = Omit<Claimed, keyof ClaimedDelivery>;

/** Takes people through the gate as everything stands at this moment, and claims what they are to get. */
@Injectable()
export class DecideSlice {
  constructor(
    private readonly transactions: Transactions,
    private readonly suppression: SuppressionService,
    private readonly deliveries: DeliveryRepository,
    private readonly stops: StopRepository,
    private readonly links: MessageLinks,
    private readonly targets: NarrowToTarget,
    private readonly sentBefore: SentBeforeSignIn,
    private readonly shortLinks: ShortLinks,
    private readonly shortLinkRepository: ShortLinkRepository,
    private readonly limits: LimitSlice,
  ) {}

  /** @throws {SendingStoppedError} when nothing of the execution may go out now. */
  async assertMaySend({ execution, senders }: ExecutionContext): Promise<void> {
    const { pool } = this.transactions;
    assertNothingAgainst(execution.id, await this.stops.reasonAgainst(pool, execution.id, accountsOf(senders)));
  }

  /** Whether something keeps the execution from sending, once those who are letting it go on at this moment are through. */
  async isStopped(tx: Tx, context: ExecutionContext): Promise<boolean> {
    const { execution, senders } = context;
    await this.stops.untilLifted(tx, execution.id);
    if (await this.stops.reasonAgainst(tx, execution.id, accountsOf(senders))) return true;
    return (await this.holdReason(tx, context)) !== null;
  }

  /**
   * The claims hold once `tx` is committed, which should be pipelined: the people are decided on while the standing is asked for.
   * @throws {FencedError} when another worker has taken the chunk. @throws {SendingStoppedError} when nothing may go out now.
   */
  async run(tx: Tx, slice: Undecided): Promise<{ claimed: Claimed[]; verdict: Verdict }> {
    const { context, people } = slice;
    const verdict: Verdict = {
      drops: new Map(people.map(({ seq, drops }) => [seq, [...drops]])),
      heldUntil: new Map(),
    };
    const ready = people.filter(({ messages }) => messages.size > 0);
    const [, decisions] = await Promise.all([this.assertStands(tx, slice), this.decide(tx, context, ready)]);
    if (ready.length === 0) return { claimed: [], verdict };
    const kept = await this.narrow(tx, context, { ready, decisions, verdict });
    const bySeq = new Map(ready.map((person) => [person.seq, person]));
    const wanted = kept.flatMap((decision) => this.toClaim(context, decision, bySeq.get(decision.seq), verdict.drops));
    return { claimed: await this.claim(tx, slice, wanted), verdict };
  }

  /** Keeps the chunk from being taken over until `tx` ends. */
  private async assertStands(tx: Tx, { context, chunk }: Undecided): Promise<void> {
    const { isHeld, against } = await this.stops.standing(tx, chunk, accountsOf(context.senders));
    if (!isHeld) throw new FencedError(`Chunk ${chunk.chunkNo} of ${chunk.executionId} was taken over`);
    assertNothingAgainst(chunk.executionId, against);
  }

  private async assertNotHeld(tx: Tx, context: ExecutionContext): Promise<void> {
    const holdReason = await this.holdReason(tx, context);
    if (holdReason) throw new SendingStoppedError(`Execution ${context.execution.id} is held: ${holdReason}`);
  }

  /** A Direct campaign goes on only while the data of its exclusion rules can be relied on: nobody is dropped for it. */
  private async holdReason(tx: Tx, context: ExecutionContext): Promise<string | null> {
    const { kind, project_id: projectId } = context.execution;
    if (kind !== 'DIRECT') return null;
    return (await this.suppression.standing(tx, projectId, originOf(context))).holdReason;
  }

  private async decide(tx: Tx, context: ExecutionContext, ready: RenderedPerson[]): Promise<GateDecision[]> {
    if (ready.length === 0) return [];
    if (context.execution.kind === 'DIRECT') await this.assertNotHeld(tx, context);
    return this.suppression.decide(tx, {
      projectId: context.execution.project_id,
      origin: originOf(context),
      people: ready.flatMap((person) => toGate(context.limits, person)),
      media: [...new Set(ready.flatMap(({ messages }) => [...messages.keys()]))],
    });
  }

  /** Leaves out what the campaign, its accounts, the limits and an earlier message forbid, each with its reason. */
  private async narrow(
    tx: Tx,
    context: ExecutionContext,
    { ready, decisions, verdict }: { ready: RenderedPerson[]; decisions: GateDecision[]; verdict: Verdict },
  ): Promise<GateDecision[]> {
    const { contents, execution, senders } = context;
    const asked = { projectId: execution.project_id, contents, people: ready, decisions };
    const targeted = await this.targets.run(tx, asked);
    for (const { decision, drop } of targeted.leftOut) verdict.drops.get(decision.seq)?.push(drop);
    const reachable = narrowToAccounts(senders, narrowToKeys(ready, targeted.decisions));
    const limited = await this.limits.run(tx, context, { people: ready, decisions: reachable });
    for (const [seq, kept] of limited.kept) {
      if ('drop' in kept) verdict.drops.get(seq)?.push(kept.drop);
      else verdict.heldUntil.set(seq, kept.heldUntil);
    }
    const unsent = await this.sentBefore.leaveOut(tx, context, limited.decisions);
    for (const { decision, drop } of unsent.leftOut) verdict.drops.get(decision.seq)?.push(drop);
    return unsent.decisions;
  }

  /** A claim for what the gate allowed; for the rest a reason in `drops`. */
  private toClaim(
    context: ExecutionContext,
    decision: GateDecision,
    person: RenderedPerson | undefined,
    drops: Map<number, Drop[]>,
  ): Unclaimed[] {
    const fields = person?.messages.get(decision.medium);
    if (!person || !fields) return [];
    if (!decision.isAllowed) {
      drops.get(decision.seq)?.push(refusedDrop(decision, person));
      return [];
    }
    const sender = context.senders.of(decision);
    if (!sender) return [];
    const { seq, medium, addressKey, profileId } = decision;
    const id = deliveryId({ executionId: context.execution.id, seq, medium, addressKey });
    const bare = { ...fields, deliveryId: id, ...addressOf(decision) } as OutboundMessage;
    const ref = { executionId: context.execution.id, seq, medium, profileId };
    const now = systemClock.now();
    const { message, links } = this.shortLinks.shorten(this.links.addTo(bare, ref, now), ref, now);
    return [
      {
        seq,
        medium,
        addressKey,
        profileId,
        accountId: sender.accountId,
        variant: person.variant,
        language: person.language,
        message,
        links,
        address: decision.address,
      },
    ];
  }

  private async claim(tx: Tx, { context, chunk }: Undecided, wanted: Unclaimed[]): Promise<Claimed[]> {
    if (wanted.length === 0) return [];
    const projectId = context.execution.project_id;
    const claims = await this.deliveries.claim(tx, chunk, projectId, wanted);
    const claimed = wanted.flatMap((delivery) => {
      const claim = claims.get(deliveryKey(delivery.seq, delivery.medium, delivery.addressKey));
      return claim ? [{ ...delivery, ...claim }] : [];
    });
    const links = claimed.flatMap((delivery) => delivery.links);
    await this.shortLinkRepository.store(tx, projectId, links);
    return claimed;
  }
}

/** Which exclusion rules count. */
function originOf({ execution, connection }: ExecutionContext): GateOrigin {
  const { id: executionId } = execution;
  return connection ? { kind: 'OPTIMOVE', connectionId: connection.id, executionId } : { kind: 'DIRECT', executionId };
}

function accountsOf(senders: ExecutionContext['senders']): string[] {
  return senders.all.map(({ accountId }) => accountId);
}

function assertNothingAgainst(executionId: string, against: ReasonAgainst | null): void {
  if (against) throw new SendingStoppedError(`Execution ${executionId} is ${against.reason}`, against.isOfAccount);
}
