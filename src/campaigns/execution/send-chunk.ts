import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@libs/foundation';
import { Log, Outbox, Transactions, type Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { runawayDetail } from '../domain/content/compile-content';
import { FencedError, SendingStoppedError } from '../domain/execution/errors';
import { chunkJobOf } from '../jobs/execution.jobs';
import {
  type ChunkKey,
  ChunkRepository,
  type ComeBack,
  type HeldChunk,
  type OpenRecipient,
} from '../persistence/ledger/chunk.repository';
import { DeliveryRepository } from '../persistence/ledger/delivery.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';
import { WaitingChunksRepository } from '../persistence/ledger/waiting-chunks.repository';
import { backOffMs } from './back-off';
import { CancelExecution } from './cancel-execution';
import { CompleteExecution } from './complete-execution';
import { DecideSlice } from './decide-slice';
import type { FreshChunk } from './drain-triggered';
import { type ExecutionContext, ExecutionContexts } from './execution-context';
import { ExecutionNews } from './execution-news';
import { InFlightLimiter } from './in-flight-limiter';
import { MatchPeople } from './match-people';
import { queueIfIdle } from './queue-chunks';
import { type MatchedRecipient, renderSlice } from './render-slice';
import { SendSlice, type Slice, type SliceEnd } from './send-slice';
import { peopleWithin } from './sending-room';
import { Turns } from './turns';

const sliceSize = 100;
/** One execution leaves some for the others, however slow its provider is. */
const slicesInFlight = { all: 24, perExecution: 20 };
/** A chunk whose accounts have a limit gives way to others after so long. */
const turnMs = 10_000;
const accountStopMs = 60_000;
const abandonEveryMs = 2_000;
const mostTriesToAbandon = 10;
const holdEveryMs = 5_000;
const jitter = 0.2;

/** The end of a slice whose turn came when the time of its chunk was over. */
const notBegun: SliceEnd = { isUnfinished: true, isWaiting: false, isJammed: false, isFinished: false };

type WhatIsLeft = Pick<SliceEnd, 'isUnfinished' | 'isWaiting'>;
type Kind = Pick<ExecutionContext['execution'], 'kind'>;

/** Sends one chunk: match → segment → render → slices through the gate → outcomes → sums. Safe to run again at any point. */
@Injectable()
export class SendChunk {
  /** Who has the chunks that this process works on. */
  readonly holder = randomUUID();
  private readonly limiters = {
    SCHEDULED: new InFlightLimiter(slicesInFlight),
    TRIGGERED: new InFlightLimiter(slicesInFlight),
  };

  private readonly turns = new Turns();

  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly changes: TotalsChangeRepository,
    private readonly contexts: ExecutionContexts,
    private readonly matching: MatchPeople,
    private readonly profiles: ProfilesService,
    private readonly chunks: ChunkRepository,
    private readonly waiting: WaitingChunksRepository,
    private readonly deliveries: DeliveryRepository,
    private readonly slices: SendSlice,
    private readonly decideSlice: DecideSlice,
    private readonly completion: CompleteExecution,
    private readonly cancellation: CancelExecution,
    private readonly news: ExecutionNews,
    private readonly stops: StopRepository,
    private readonly log: Log,
  ) {}

  /** Does nothing when the chunk is done, held by another worker or not due. */
  async run(key: ChunkKey): Promise<void> {
    const chunk = await this.chunks.take(key, this.holder);
    const joined = chunk && (await this.joined(chunk));
    if (joined) await this.work(joined);
  }

  /**
   * Works on one chunk, that of whose turn it is. There is a job for each chunk, so that all get theirs; a chunk that may
   * not be sent now uses none up.
   */
  async runNext(): Promise<void> {
    const passed = new Set<string>();
    for (;;) {
      const owner = this.turns.begin(await this.chunks.ready(), passed);
      if (!owner) return;
      try {
        const chunk = await this.chunks.takeNext(owner.executionId, this.holder);
        if (chunk && (await this.work(chunk))) return;
        if (chunk) this.turns.rest(owner.executionId);
      } finally {
        this.turns.end(owner);
      }
      passed.add(owner.executionId);
    }
  }

  /** Sends a chunk that was made for this {@link holder} a moment ago. */
  async sendFresh({ chunk, open }: FreshChunk): Promise<void> {
    await this.work(chunk, open);
  }

  /** Sends less of the bulk at once for a while. */
  giveWay(): void {
    this.limiters.SCHEDULED.giveWay();
  }

  /** A triggered chunk takes those along that wait right behind it; null when it was lost meanwhile. */
  private async joined(chunk: HeldChunk): Promise<HeldChunk | null> {
    try {
      const { execution } = await this.contexts.get(chunk.executionId);
      return execution.kind === 'TRIGGERED' ? await this.waiting.join(chunk, sliceSize) : chunk;
    } catch (error) {
      if (!(error instanceof FencedError)) {
        void this.abandon(chunk);
        throw error;
      }
      this.sayLost(chunk);
      return null;
    }
  }

  private sayLost({ executionId, chunkNo }: HeldChunk): void {
    this.log.event('execution.chunk-lost', { executionId, chunkNo }, 'warn');
  }

  /** @returns false when it may not be sent now, and is left. */
  private async work(chunk: HeldChunk, fresh?: OpenRecipient[]): Promise<boolean> {
    const timer = setInterval(() => void this.chunks.hold(chunk).catch(() => undefined), holdEveryMs);
    try {
      await this.settleLost(chunk);
      if (await this.waitForProviders(chunk)) return true;
      const end = await (fresh ? this.sendTo(chunk, fresh, (tx) => this.finish(tx, chunk)) : this.send(chunk));
      if (!end.isFinished) await this.close(chunk, end);
      else this.news.movedSoon(chunk.executionId);
    } catch (error) {
      if (error instanceof SendingStoppedError) {
        await this.park(chunk, error);
        return false;
      }
      const { executionId, chunkNo } = chunk;
      if (!(error instanceof FencedError)) {
        void this.abandon(chunk);
        this.log.failure('execution.chunk-failed', error, { executionId, chunkNo });
        throw error;
      }
      this.sayLost(chunk);
    } finally {
      clearInterval(timer);
    }
    return true;
  }

  /** Most likely the database was away, so it takes a while; after the lease there is nothing left to give up. */
  private async abandon(chunk: HeldChunk): Promise<void> {
    for (let tries = 0; tries < mostTriesToAbandon; tries += 1) {
      try {
        return await this.chunks.abandon(chunk);
      } catch {
        await pause(abandonEveryMs, undefined, { ref: false });
      }
    }
  }

  /** Leaves a chunk whose sending was stopped; a cancellation that waited for it is carried out. */
  private async park(chunk: HeldChunk, { message, isOfAccount }: SendingStoppedError): Promise<void> {
    if (isOfAccount) await this.chunks.putOff(this.transactions.pool, chunk, after(accountStopMs));
    else await this.chunks.release(chunk);
    this.log.event('execution.chunk-parked', {
      executionId: chunk.executionId,
      chunkNo: chunk.chunkNo,
      reason: message,
    });
    await this.goOnIfLifted(chunk);
    await this.cancellation.carryOut(chunk.executionId);
  }

  /** Whoever lifts a stop queues the chunks that nobody holds; this one was held, when that was just before it was left. */
  private async goOnIfLifted(chunk: HeldChunk): Promise<void> {
    const context = await this.contexts.get(chunk.executionId);
    await this.transactions.run(async (tx) => {
      if (await this.decideSlice.isStopped(tx, context)) return;
      await queueIfIdle({ outbox: this.outbox, stops: this.stops }, tx, chunk);
    });
  }

  private async settleLost(chunk: HeldChunk): Promise<void> {
    if (chunk.isFirst) return;
    const { senders } = await this.contexts.get(chunk.executionId);
    const repeatable = senders.all.filter(({ dedupe }) => dedupe === 'id').map(({ accountId }) => accountId);
    const seqs = await this.transactions.run(async (tx) => {
      await this.chunks.assertHeld(tx, chunk);
      return this.deliveries.settleLost(tx, chunk, repeatable);
    });
    if (seqs.length > 0)
      this.log.event('execution.uncertain', { executionId: chunk.executionId, deliveries: seqs.length }, 'warn');
  }

  /** Puts the chunk off while every provider account of the execution is down: nothing could go out. */
  private async waitForProviders(chunk: HeldChunk): Promise<boolean> {
    const { senders, execution } = await this.contexts.get(chunk.executionId);
    const waitMs = Math.min(...senders.all.map((sender) => sender.waitMs()));
    if (senders.all.length === 0 || waitMs === 0) return false;
    const until = after(withJitter(waitMs));
    await this.transactions.run(async (tx) => {
      const attempt = await this.chunks.putOff(tx, chunk, until);
      const job = { executionId: chunk.executionId, chunkNo: chunk.chunkNo, attempt };
      await this.outbox.enqueue(tx, chunkJobOf(execution.kind), job, { runAt: until });
    });
    return true;
  }

  private async send(chunk: HeldChunk): Promise<SliceEnd> {
    const most = peopleWithin(await this.contexts.get(chunk.executionId), turnMs);
    const open = await this.chunks.openRecipients(chunk, most);
    await this.decideSlice.assertMaySend(await this.contexts.get(chunk.executionId));
    const end = await this.sendTo(chunk, open);
    return { ...end, isUnfinished: end.isUnfinished || open.length === most };
  }

  /** `finish` is written with the ends of a chunk that is one slice, unless somebody of it is left. */
  private async sendTo(chunk: HeldChunk, open: OpenRecipient[], finish?: Slice['finish']): Promise<SliceEnd> {
    const context = await this.contextFor(chunk, open);
    const people = await this.matching.run(context, chunk, open);
    const { project_id: projectId, kind } = context.execution;
    const owner = { projectId, executionId: chunk.executionId };
    const limiter = this.limiters[kind === 'TRIGGERED' ? 'TRIGGERED' : 'SCHEDULED'];
    const whole = { until: performance.now() + turnMs, finish: people.length > sliceSize ? undefined : finish };
    const work: Promise<SliceEnd>[] = [];
    for (let from = 0; from < people.length; from += sliceSize) {
      const slice = people.slice(from, from + sliceSize);
      const send = async (): Promise<SliceEnd> =>
        performance.now() < whole.until ? this.sendSlice(context, chunk, { people: slice, ...whole }) : notBegun;
      work.push(limiter.run(owner, send, (end) => (end === notBegun ? null : end.isJammed)));
    }
    const results = await Promise.allSettled(work);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    const ends = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    return {
      isUnfinished: ends.some(({ isUnfinished }) => isUnfinished),
      isWaiting: ends.some(({ isWaiting }) => isWaiting),
      isJammed: ends.some(({ isJammed }) => isJammed),
      isFinished: ends.some(({ isFinished }) => isFinished),
    };
  }

  /** A kept context may be older than a template that a trigger has just brought, or than the attribute it is told by. */
  private async contextFor(chunk: HeldChunk, open: OpenRecipient[]): Promise<ExecutionContext> {
    const context = await this.contexts.get(chunk.executionId);
    const { attributes } = context.execution;
    const areKeysKnown = (chunk.matchedBy ?? []).every((name) => name === null || attributes.includes(name));
    if (areKeysKnown && open.every(({ templateId }) => context.contents.has(templateId))) return context;
    return this.contexts.reload(chunk.executionId);
  }

  private async sendSlice(
    context: ExecutionContext,
    chunk: HeldChunk,
    { people, ...rest }: { people: MatchedRecipient[] } & Pick<Slice, 'until' | 'finish'>,
  ): Promise<SliceEnd> {
    const profileIds = people.flatMap(({ profileId }) => (profileId ? [profileId] : []));
    const stored = await this.profiles.storedValues(this.transactions.pool, context.execution.project_id, profileIds);
    const rendered = renderSlice(context, people, stored);
    const end = await this.slices.run({ context, chunk, people: rendered, ...rest });
    if (rendered.some(({ drops }) => drops.some(({ detail }) => detail === runawayDetail))) await this.pause(chunk);
    return end;
  }

  /** Keeps a template that does not come to an end from costing everybody their message. */
  private async pause({ executionId }: HeldChunk): Promise<void> {
    const reason = 'Paused by itself: the template took too long to evaluate. Mend the content before you go on';
    if (!(await this.stops.pause(this.transactions.pool, executionId, reason))) return;
    this.log.event('execution.paused-runaway-template', { executionId }, 'error');
  }

  private async close(chunk: HeldChunk, end: SliceEnd): Promise<void> {
    const { execution } = await this.contexts.get(chunk.executionId);
    const isDone = await this.transactions.run(async (tx) => {
      await this.news.moved(tx, chunk.executionId);
      return this.closeIn(tx, chunk, { ...end, kind: execution.kind });
    });
    // A triggered execution stays open all day; its closing is found by the sweep.
    if (isDone && execution.kind !== 'TRIGGERED') await this.completion.tryComplete(chunk.executionId);
  }

  /** Closes a fresh triggered chunk of which nobody is left. @returns whether it is done. */
  private async finish(tx: Tx, chunk: HeldChunk): Promise<boolean> {
    const [isDone] = await Promise.all([this.chunks.closeFresh(tx, chunk), this.changes.add(tx, [chunk.executionId])]);
    return isDone;
  }

  /** @returns whether the chunk is done; otherwise a job for another try is queued. */
  private async closeIn(tx: Tx, chunk: HeldChunk, { kind, ...left }: WhatIsLeft & Kind): Promise<boolean> {
    const { executionId, chunkNo } = chunk;
    const next = await this.chunks.close(tx, chunk, comeBackOf(chunk, left));
    if (next !== null) {
      const job = { executionId, chunkNo, attempt: next.attempt };
      await this.outbox.enqueue(tx, chunkJobOf(kind), job, { runAt: next.at });
    } else if (kind === 'TRIGGERED') {
      await this.changes.add(tx, [executionId]);
    }
    return next === null;
  }
}

/** Who had no turn yet goes on at once: those who were refused for now are held, and keep nobody waiting. */
function comeBackOf({ refusals }: HeldChunk, { isUnfinished, isWaiting }: WhatIsLeft): ComeBack {
  if (isUnfinished) return { at: after(0), isRefused: isWaiting };
  return { at: after(withJitter(backOffMs(refusals))), isRefused: true };
}

/** A little later each, so that chunks that failed together do not all come back in the same instant. */
function withJitter(waitMs: number): number {
  return waitMs * (1 + Math.random() * jitter);
}

function after(milliseconds: number): Date {
  return new Date(systemClock.now().getTime() + milliseconds);
}
