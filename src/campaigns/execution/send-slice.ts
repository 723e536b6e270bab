import { type HandOver, lateReason, type OutboundMessage, type SendResult } from '@libs/delivery';
import { systemClock } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import type { Room, Sender } from '@modules/channels';
import { type DeadAddress, ProfilesService } from '@modules/profiles';
import { type GateDecision, type GateOrigin, SuppressionService } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { deliveryId } from '../domain/execution/delivery-id';
import { type Drop, firstDrop } from '../domain/execution/end-state';
import { FencedError, SendingStoppedError } from '../domain/execution/errors';
import { LimitSlice } from '../limits/limit-slice';
import { ChunkRepository, type HeldChunk } from '../persistence/ledger/chunk.repository';
import {
  type ClaimedDelivery,
  type DeliveryOutcome,
  DeliveryRepository,
  deliveryKey,
  type HeldRecipient,
  maxDeliveryAttempts,
  type NewDelivery,
} from '../persistence/ledger/delivery.repository';
import { type ReasonAgainst, StopRepository } from '../persistence/ledger/stop.repository';
import { type ShortLink, ShortLinkRepository } from '../persistence/short-link.repository';
import { MessageLinks } from '../tracking/message-links';
import { ShortLinks } from '../tracking/short-links';
import { AccountsNeeded } from './accounts-needed';
import type { ExecutionContext } from './execution-context';
import { toGate } from './gate-person';
import { GivingWay } from './giving-way';
import { addressOf } from './message-address';
import { narrowToAccounts } from './narrow-to-accounts';
import { narrowToKeys } from './narrow-to-keys';
import { NarrowToTarget } from './narrow-to-target';
import { refusedDrop } from './refused-drop';
import type { RenderedPerson } from './render-slice';
import { reserveRoom, type SendingRoom } from './sending-room';
import { SentBeforeSignIn } from './sent-before-sign-in';
import { untilWritten } from './until-written';

interface Claimed extends NewDelivery, ClaimedDelivery {
  message: OutboundMessage;
  /** What short links in the message stand for. */
  links: ShortLink[];
}

/** What became of a hand-over, and whether the provider called the address dead. */
interface Answered extends DeliveryOutcome {
  profileId: string;
  /** Where it was sent to. */
  address: string;
  retryAfterMs: number;
  isAddressDead: boolean;
}

/** The people of a slice on their way through the gate. */
export interface Slice {
  context: ExecutionContext;
  chunk: HeldChunk;
  people: RenderedPerson[];
  /** An instant of `performance.now()`: whoever was not decided on by then is left for a later turn. */
  until: number;
  /** Written in one transaction with the ends of the slice, when nobody of it is left. */
  finish?: (tx: Tx) => Promise<void>;
}

/** How a slice ended. */
export interface SliceEnd {
  /** Whether somebody was left for a later turn. */
  isUnfinished: boolean;
  /** Whether somebody waits for another try. */
  isWaiting: boolean;
  /** Whether messages waited so long for their turn that they had to be decided on again: too much runs at once. */
  isJammed: boolean;
  /** How long a provider asks to wait before that, in milliseconds. */
  retryAfterMs: number;
  /** Whether {@link Slice.finish} was written. */
  isFinished: boolean;
}

interface Pass {
  /** People with messages that came too late. */
  late: Set<number>;
  /** People whose message goes on over another medium. */
  next: Set<number>;
  isWaiting: boolean;
  isFinished: boolean;
  retryAfterMs: number;
}

/** What the gate says of the people of a slice, by seq. */
interface Verdict {
  /** Why they would get nothing. */
  drops: Map<number, Drop[]>;
  /** Who has to wait. */
  heldUntil: Map<number, Date>;
}

/** From the decision to the first byte of a message; whatever waits longer is decided again. */
const handOverWithinMs = 2_000;
/** A provider that answers later than this keeps triggered callbacks waiting, whatever else goes on. */
const slowHandOverMs = 1_000;
/** A message whose account is down for so long is given up. */
const longestOutageMs = 24 * 3_600_000;

/** Takes at most 100 people through the gate, hands their messages over and writes what came of it. */
@Injectable()
export class SendSlice {
  constructor(
    private readonly transactions: Transactions,
    private readonly suppression: SuppressionService,
    private readonly chunks: ChunkRepository,
    private readonly deliveries: DeliveryRepository,
    private readonly stops: StopRepository,
    private readonly profiles: ProfilesService,
    private readonly links: MessageLinks,
    private readonly targets: NarrowToTarget,
    private readonly sentBefore: SentBeforeSignIn,
    private readonly shortLinks: ShortLinks,
    private readonly shortLinkRepository: ShortLinkRepository,
    private readonly limits: LimitSlice,
    private readonly accounts: AccountsNeeded,
    private readonly givingWay: GivingWay,
  ) {}

  /**
   * @throws {FencedError} when another worker has taken the chunk. @throws {SendingStoppedError} when nothing may go
   * out now. Nothing of this slice is written then.
   */
  async run(slice: Slice): Promise<SliceEnd> {
    const end: SliceEnd = {
      isUnfinished: false,
      isWaiting: false,
      isJammed: false,
      retryAfterMs: 0,
      isFinished: false,
    };
    let open = slice.people;
    const accountsOf = await this.accounts.of(slice.context, open);
    while (open.length > 0 && performance.now() < slice.until) {
      const room = await reserveRoom(slice.context, { people: open, accountsOf, until: slice.until });
      if (!room) break;
      const finish = room.people < open.length ? undefined : slice.finish;
      const { late, next, isWaiting, isFinished, retryAfterMs } = await this.pass(
        { ...slice, people: open.slice(0, room.people), finish },
        room,
      ).finally(() => room.release());
      open = open.filter(({ seq }, index) => index >= room.people || late.has(seq) || next.has(seq));
      end.isWaiting ||= isWaiting;
      end.isJammed ||= late.size > 0;
      end.isFinished = isFinished;
      end.retryAfterMs = Math.max(end.retryAfterMs, retryAfterMs);
      if (end.isJammed) break;
    }
    return { ...end, isUnfinished: open.length > 0 };
  }

  /** Decides, hands over, and writes what came of it. */
  private async pass(slice: Slice, { rooms }: SendingRoom): Promise<Pass> {
    const verdict: Verdict = {
      drops: new Map(slice.people.map(({ seq, drops: own }) => [seq, [...own]])),
      heldUntil: new Map(),
    };
    let decidedAt = 0;
    const claimed = await this.transactions.run((tx) => {
      decidedAt = performance.now();
      return this.decideAndClaim(tx, slice, verdict);
    });
    const mayWrite = (): boolean => performance.now() - decidedAt <= handOverWithinMs;
    const answered = await this.handOver(slice.context, claimed, { handOver: { mayWrite }, rooms });
    const late = answered.filter(({ reason }) => reason === lateReason);
    const outcomes = answered.filter(({ reason }) => reason !== lateReason);
    const next = this.limits.stillReachable(slice.context, slice.people, outcomes);
    const ended = slice.people.filter(({ seq }) => !verdict.heldUntil.has(seq) && !next.has(seq));
    const isWaiting = outcomes.some(({ state }) => state === 'RETRY');
    const finish = isWaiting || late.length > 0 || ended.length < slice.people.length ? undefined : slice.finish;
    const write = async (tx: Tx): Promise<void> => {
      await this.chunks.assertHeld(tx, slice.chunk);
      await this.deliveries.release(tx, slice.chunk, late);
      await this.deliveries.record(tx, slice.chunk, outcomes);
      await this.deliveries.giveUpRefused(tx, slice.chunk, ended);
      await this.deliveries.end(
        tx,
        slice.chunk.executionId,
        ended.map(({ seq, profileId }) => {
          const drop = firstDrop(verdict.drops.get(seq) ?? []);
          return { seq, profileId, dropState: drop.state, reason: drop.detail };
        }),
      );
      await this.deliveries.hold(tx, slice.chunk.executionId, heldPeople(slice.people, verdict));
      await this.limits.giveBack(tx, slice.context, ended);
      await finish?.(tx);
      await this.profiles.markUnreachable(tx, slice.context.execution.project_id, outcomes.flatMap(deadAddress));
    };
    await untilWritten(() => this.transactions.run(write));
    return {
      late: new Set(late.map(({ seq }) => seq)),
      next,
      isWaiting,
      isFinished: finish !== undefined,
      retryAfterMs: Math.max(0, ...outcomes.map(({ retryAfterMs }) => retryAfterMs)),
    };
  }

  private async decideAndClaim(tx: Tx, slice: Slice, verdict: Verdict): Promise<Claimed[]> {
    const { context, chunk, people } = slice;
    const { isHeld, against } = await this.stops.standing(tx, chunk, accountsOf(context.senders));
    if (!isHeld) throw new FencedError(`Chunk ${chunk.chunkNo} of ${chunk.executionId} was taken over`);
    assertNothingAgainst(chunk.executionId, against);
    const ready = people.filter(({ messages }) => messages.size > 0);
    if (ready.length === 0) return [];
    const media = [...new Set(ready.flatMap(({ messages }) => [...messages.keys()]))];
    await this.assertNotHeld(tx, context);
    const decisions = await this.suppression.decide(tx, {
      projectId: context.execution.project_id,
      origin: originOf(context),
      people: ready.flatMap((person) => toGate(context.limits, person)),
      media,
    });
    const { contents, execution } = context;
    const asked = { projectId: execution.project_id, contents, people: ready, decisions };
    const targeted = await this.targets.run(tx, asked);
    for (const { decision, drop } of targeted.leftOut) verdict.drops.get(decision.seq)?.push(drop);
    const bySeq = new Map(ready.map((person) => [person.seq, person]));
    const reachable = narrowToAccounts(context.senders, narrowToKeys(ready, targeted.decisions));
    const limited = await this.limits.run(tx, context, { people: ready, decisions: reachable });
    for (const [seq, kept] of limited.kept) {
      if ('drop' in kept) verdict.drops.get(seq)?.push(kept.drop);
      else verdict.heldUntil.set(seq, kept.heldUntil);
    }
    const unsent = await this.sentBefore.leaveOut(tx, context, limited.decisions);
    for (const { decision, drop } of unsent.leftOut) verdict.drops.get(decision.seq)?.push(drop);
    const wanted = unsent.decisions.flatMap((decision) =>
      this.toClaim(context, decision, bySeq.get(decision.seq), verdict.drops),
    );
    if (wanted.length === 0) return [];
    const claims = await this.deliveries.claim(tx, chunk, context.execution.project_id, wanted);
    const claimed = wanted.flatMap((delivery) => {
      const claim = claims.get(deliveryKey(delivery.seq, delivery.medium, delivery.addressKey));
      return claim ? [{ ...delivery, ...claim }] : [];
    });
    const links = claimed.flatMap((delivery) => delivery.links);
    await this.shortLinkRepository.store(tx, context.execution.project_id, links);
    return claimed;
  }

  /** A Direct campaign goes on only while the data of its exclusion rules can be relied on: nobody is dropped for it. */
  private async assertNotHeld(tx: Tx, context: ExecutionContext): Promise<void> {
    const { id, kind, project_id: projectId } = context.execution;
    if (kind !== 'DIRECT') return;
    const { holdReason } = await this.suppression.standing(tx, projectId, originOf(context));
    if (holdReason) throw new SendingStoppedError(`Execution ${id} is held: ${holdReason}`);
  }

  /** @throws {SendingStoppedError} when nothing of the execution may go out now. */
  async assertMaySend({ execution, senders }: ExecutionContext): Promise<void> {
    const { pool } = this.transactions;
    assertNothingAgainst(execution.id, await this.stops.reasonAgainst(pool, execution.id, accountsOf(senders)));
  }

  /** A claim for what the gate allowed; for the rest a reason in `drops`. */
  private toClaim(
    context: ExecutionContext,
    decision: GateDecision,
    person: RenderedPerson | undefined,
    drops: Map<number, Drop[]>,
  ): Omit<Claimed, keyof ClaimedDelivery>[] {
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

  private async handOver(
    context: ExecutionContext,
    claimed: Claimed[],
    { handOver, rooms }: { handOver: HandOver; rooms: SendingRoom['rooms'] },
  ): Promise<Answered[]> {
    const startedAt = performance.now();
    const batches = context.senders.all.map((sender) =>
      this.sendBatch(sender, {
        batch: claimed.filter(({ accountId }) => accountId === sender.accountId),
        handOver,
        room: rooms.get(sender.accountId),
      }),
    );
    const answered = (await Promise.all(batches)).flat();
    const isSlow = performance.now() - startedAt > slowHandOverMs;
    if (isSlow && context.execution.kind === 'TRIGGERED') this.givingWay.excuse(null);
    return answered;
  }

  private async sendBatch(
    sender: Sender,
    { batch, handOver, room }: { batch: Claimed[]; handOver: HandOver; room: Room | undefined },
  ): Promise<Answered[]> {
    if (batch.length === 0) return [];
    const results = await sender.sendBatch(
      batch.map(({ message }) => message),
      handOver,
      room,
    );
    const byId = new Map(results.map((result) => [result.deliveryId, result]));
    return batch.map((delivery) => {
      const result = byId.get(delivery.message.deliveryId);
      const isAddressDead = result?.outcome === 'REJECTED' && result.isAddressDead;
      const retryAfterMs = result?.outcome === 'RETRYABLE' ? (result.retryAfterMs ?? 0) : 0;
      const outcome = outcomeOf(delivery, result);
      return { ...outcome, profileId: delivery.profileId, address: delivery.address, isAddressDead, retryAfterMs };
    });
  }
}

function heldPeople(people: RenderedPerson[], { heldUntil }: Verdict): HeldRecipient[] {
  return people.flatMap(({ seq, profileId }) => {
    const until = heldUntil.get(seq);
    return until ? [{ seq, profileId, until }] : [];
  });
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

/** The address of a hand-over that will not work again, for the profile to remember. */
function deadAddress({ medium, profileId, addressKey, address, reason, isAddressDead }: Answered): DeadAddress[] {
  return isAddressDead ? [{ medium, profileId, addressKey, address, reason: reason ?? 'The provider refused it' }] : [];
}

/** No answer for a delivery that was given to the provider means that we cannot know. */
function outcomeOf(delivery: Claimed, result: SendResult | undefined): DeliveryOutcome {
  const { seq, medium, addressKey, attempt, waitingSince } = delivery;
  const base = { seq, medium, addressKey, providerMessageId: null, isTry: true };
  if (!result) return { ...base, state: 'UNCERTAIN', reason: 'The provider gave no answer for this message' };
  if (result.outcome === 'ACCEPTED') {
    return { ...base, state: 'ACCEPTED', reason: null, providerMessageId: result.providerMessageId };
  }
  if (result.reason === lateReason) return { ...base, state: 'RETRY', reason: lateReason };
  const reason = `${result.reason}: ${result.detail}`.slice(0, 500);
  if (result.outcome !== 'RETRYABLE') return { ...base, state: result.outcome, reason };
  const isOutage = !result.isAboutMessage;
  const waitedMs = waitingSince === null ? 0 : systemClock.now().getTime() - waitingSince.getTime();
  const mayTryAgain = isOutage ? waitedMs < longestOutageMs : attempt < maxDeliveryAttempts;
  if (mayTryAgain) return { ...base, state: 'RETRY', reason, isTry: !isOutage };
  return { ...base, state: 'REJECTED', reason: `RETRIES_EXHAUSTED: ${reason}`.slice(0, 500) };
}
