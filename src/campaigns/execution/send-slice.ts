import { lateReason } from '@libs/delivery';
import { groupBy, systemClock } from '@libs/foundation';
import { Transactions, type Tx } from '@libs/platform';
import { type DeadAddress, ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { firstDrop } from '../domain/execution/end-state';
import { LimitSlice } from '../limits/limit-slice';
import { ChunkRepository, type HeldChunk } from '../persistence/ledger/chunk.repository';
import { DeliveryRepository, type HeldRecipient } from '../persistence/ledger/delivery.repository';
import { AccountsNeeded } from './accounts-needed';
import { backOffMs } from './back-off';
import { DecideSlice, type Verdict } from './decide-slice';
import type { ExecutionContext } from './execution-context';
import { type Answered, HandOverSlice } from './hand-over-slice';
import type { RenderedPerson } from './render-slice';
import { reserveRoom, type SendingRoom } from './sending-room';
import { untilWritten } from './until-written';

/** The people of a slice on their way through the gate. */
export interface Slice {
  context: ExecutionContext;
  chunk: HeldChunk;
  people: RenderedPerson[];
  /** An instant of `performance.now()`: whoever was not decided on by then is left for a later turn. */
  until: number;
  /** Written in one transaction with the ends of the slice, when nobody of it is left; says whether it was. */
  finish?: (tx: Tx) => Promise<boolean>;
}

/** How a slice ended. */
export interface SliceEnd {
  /** Whether somebody was left for a later turn. */
  isUnfinished: boolean;
  /** Whether somebody waits for another try. */
  isWaiting: boolean;
  /** Whether messages waited so long for their turn that they had to be decided on again: too much runs at once. */
  isJammed: boolean;
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
}

/** What came of a slice, to be written. */
interface Came {
  late: Answered[];
  outcomes: Answered[];
  /** Who is not gone on with. */
  ended: RenderedPerson[];
  verdict: Verdict;
  held: HeldRecipient[];
}

/** From the decision to the first byte of a message; whatever waits longer is decided again. */
const handOverWithinMs = 2_000;

/** Takes at most 100 people through the gate, hands their messages over and writes what came of it. */
@Injectable()
export class SendSlice {
  constructor(
    private readonly transactions: Transactions,
    private readonly chunks: ChunkRepository,
    private readonly deliveries: DeliveryRepository,
    private readonly profiles: ProfilesService,
    private readonly decideSlice: DecideSlice,
    private readonly handOverSlice: HandOverSlice,
    private readonly limits: LimitSlice,
    private readonly accounts: AccountsNeeded,
  ) {}

  /**
   * @throws {FencedError} when another worker has taken the chunk. @throws {SendingStoppedError} when nothing may go
   * out now. Nothing of this slice is written then.
   */
  async run(slice: Slice): Promise<SliceEnd> {
    const end: SliceEnd = { isUnfinished: false, isWaiting: false, isJammed: false, isFinished: false };
    let open = slice.people;
    const accountsOf = await this.accounts.of(slice.context, open);
    while (open.length > 0 && performance.now() < slice.until) {
      const room = await reserveRoom(slice.context, { people: open, accountsOf, until: slice.until });
      if (!room) break;
      const finish = room.people < open.length ? undefined : slice.finish;
      const { late, next, isWaiting, isFinished } = await this.pass(
        { ...slice, people: open.slice(0, room.people), finish },
        room,
      ).finally(() => room.release());
      open = open.filter(({ seq }, index) => index >= room.people || late.has(seq) || next.has(seq));
      end.isWaiting ||= isWaiting;
      end.isJammed ||= late.size > 0;
      end.isFinished = isFinished;
      if (end.isJammed) break;
    }
    return { ...end, isUnfinished: open.length > 0 };
  }

  /** Decides, hands over, and writes what came of it. */
  private async pass(slice: Slice, { rooms }: SendingRoom): Promise<Pass> {
    let decidedAt = 0;
    const { claimed, verdict } = await this.transactions.pipelined((tx) => {
      decidedAt = performance.now();
      return this.decideSlice.run(tx, slice);
    });
    const mayWrite = (): boolean => performance.now() - decidedAt <= handOverWithinMs;
    const handOver = { mayWrite, isUrgent: slice.context.execution.kind === 'TRIGGERED' };
    const answered = await this.handOverSlice.run(slice.context, claimed, { handOver, rooms });
    const late = answered.filter(({ reason }) => reason === lateReason);
    const outcomes = answered.filter(({ reason }) => reason !== lateReason);
    const lateSeqs = new Set(late.map(({ seq }) => seq));
    const next = this.limits.stillReachable(slice.context, slice.people, outcomes);
    const ended = slice.people.filter(({ seq }) => !verdict.heldUntil.has(seq) && !next.has(seq));
    const isWaiting = outcomes.some(({ state }) => state === 'RETRY');
    const finish = isWaiting || late.length > 0 || ended.length < slice.people.length ? undefined : slice.finish;
    const waiting = waitingPeople(slice.chunk, outcomes).filter(({ seq }) => !lateSeqs.has(seq) && !next.has(seq));
    const held = [...heldPeople(slice.people, verdict), ...waiting];
    const isFinished = await this.write({ ...slice, finish }, { late, outcomes, ended, verdict, held });
    return { late: lateSeqs, next, isWaiting, isFinished };
  }

  /** All goes at once: nothing waits for the answer to what is before it. @returns whether {@link Slice.finish} was written. */
  private async write(
    { context, chunk, finish }: Slice,
    { late, outcomes, ended, verdict, held }: Came,
  ): Promise<boolean> {
    const { id: executionId, project_id: projectId } = context.execution;
    const ends = ended.map(({ seq, profileId }) => {
      const drop = firstDrop(verdict.drops.get(seq) ?? []);
      return { seq, profileId, dropState: drop.state, reason: drop.detail };
    });
    const writeIn = async (tx: Tx): Promise<boolean> => {
      const written = [
        this.chunks.assertHeld(tx, chunk),
        this.deliveries.release(tx, chunk, late),
        this.deliveries.record(tx, chunk, outcomes),
        this.deliveries.giveUpRefused(tx, chunk, ended),
        this.deliveries.end(tx, executionId, ends),
        this.deliveries.hold(tx, executionId, held),
        this.limits.giveBack(tx, context, ended),
      ];
      const finished = finish?.(tx) ?? false;
      const marked = this.profiles.markUnreachable(tx, projectId, outcomes.flatMap(deadAddress));
      const [isFinished] = await Promise.all([finished, ...written, marked]);
      return isFinished;
    };
    return untilWritten(() => this.transactions.pipelined(writeIn));
  }
}

function heldPeople(people: RenderedPerson[], { heldUntil }: Verdict): HeldRecipient[] {
  return people.flatMap(({ seq, profileId }) => {
    const until = heldUntil.get(seq);
    return until ? [{ seq, profileId, until }] : [];
  });
}

/** Who was refused for now, each until the next try: who had no turn yet comes before them. */
function waitingPeople({ refusals }: HeldChunk, outcomes: Answered[]): HeldRecipient[] {
  const refused = groupBy(
    outcomes.filter(({ state }) => state === 'RETRY'),
    ({ seq }) => seq,
  );
  return [...refused].map(([seq, own]) => {
    const waitMs = backOffMs(refusals, Math.max(...own.map(({ retryAfterMs }) => retryAfterMs)));
    return { seq, profileId: own[0]?.profileId ?? null, until: new Date(systemClock.now().getTime() + waitMs) };
  });
}

/** The address of a hand-over that will not work again, for the profile to remember. */
function deadAddress({ medium, profileId, addressKey, address, reason, isAddressDead }: Answered): DeadAddress[] {
  return isAddressDead ? [{ medium, profileId, addressKey, address, reason: reason ?? 'The provider refused it' }] : [];
}
