import { setTimeout as pause } from 'node:timers/promises';
import { parseCallback } from '@libs/optimove-client';
import { Transactions } from '@libs/platform';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CampaignsConfig } from '../campaigns.config';
import { matchedByOf } from '../domain/execution/matched-by';
import { namesHeard } from '../domain/execution/names-heard';
import { fingerprintOf, type Trigger, valuesOf } from '../domain/execution/occurrence';
import type { HeldChunk, OpenRecipient } from '../persistence/ledger/chunk.repository';
import {
  type Placed,
  TriggeredRepository,
  type TriggeredRow,
  type WaitingTrigger,
} from '../persistence/ledger/triggered.repository';
import { GivingWay } from './giving-way';
import { TriggeredBudget } from './triggered-budget';
import { type TriggeredSubject, TriggeredSubjects } from './triggered-subjects';

const atOnce = 100;
const longestRaw = 2_000;
/**
 * What comes so close together goes in one chunk: that saves most of the cost, and alone nothing waits. The longer the last
 * chunk took to place, the more there is to save.
 */
const gatherMs = { least: 20, most: 60, timesLast: 3 };
/** So many waited already: the next batch does not wait for more. */
const gathered = atOnce - 10;
/** After a batch of so many the next ones are looked for so long: of a crowd workers are told now and then only. */
const crowd = { least: 4, lookForMs: 200 };

/** A chunk of new customers that its holder has from the start, and whom of them to send to. */
export interface FreshChunk {
  chunk: HeldChunk;
  open: OpenRecipient[];
}

/** Where a drain gives its chunks. */
export interface FreshChunkSender {
  /** Who has the chunks. */
  holder: string;
  send(fresh: FreshChunk): Promise<void>;
}

interface Occurrence {
  trigger: Trigger;
  waiting: WaitingTrigger;
}

/** Gives waiting triggered callbacks their place in the day's audience, at most 100 at once, each batch a chunk. */
@Injectable()
export class DrainTriggered implements OnModuleDestroy {
  private readonly nextAt = new Map<string, number>();
  private isEnding = false;

  constructor(
    private readonly transactions: Transactions,
    private readonly triggered: TriggeredRepository,
    private readonly subjects: TriggeredSubjects,
    private readonly budget: TriggeredBudget,
    private readonly givingWay: GivingWay,
    private readonly config: CampaignsConfig,
  ) {}

  onModuleDestroy(): void {
    this.isEnding = true;
  }

  /**
   * Works until nothing waits, the minute is used up, another worker is at it or the process ends. Each chunk is given to
   * the sender once it is committed.
   */
  async run(executionId: string, sender: FreshChunkSender): Promise<'EMPTY' | 'BUSY'> {
    let lookUntil = 0;
    for (let taken = 0; ; ) {
      if (taken < gathered) await this.gather(executionId);
      if (this.isEnding) return 'EMPTY';
      const startedAt = performance.now();
      const subject = await this.subjects.get(executionId);
      const room = await this.budget.take(subject.connection, atOnce);
      if (room === 0) {
        this.givingWay.excuse(subject.connection.id);
        return 'EMPTY';
      }
      const drained = await this.drain(subject, room, sender);
      this.nextAt.set(executionId, startedAt + waitAfter(performance.now() - startedAt));
      this.budget.giveBack(subject.connection.id, room - (typeof drained === 'string' ? 0 : drained.taken));
      if (drained === 'BUSY' || (drained === 'EMPTY' && startedAt > lookUntil)) return drained;
      taken = drained === 'EMPTY' ? 0 : drained.taken;
      if (taken >= crowd.least) lookUntil = performance.now() + crowd.lookForMs;
    }
  }

  private async gather(executionId: string): Promise<void> {
    const now = performance.now();
    for (const [id, next] of this.nextAt) if (next < now) this.nextAt.delete(id);
    const nextAt = this.nextAt.get(executionId) ?? now;
    this.nextAt.set(executionId, nextAt + gatherMs.least);
    if (nextAt > now) await pause(nextAt - now);
  }

  private async drain(
    subject: TriggeredSubject,
    room: number,
    { holder, send }: FreshChunkSender,
  ): Promise<'EMPTY' | 'BUSY' | Placed> {
    const { execution, connection, siblings } = subject;
    const mostPerHour = connection.triggeredPerPersonPerHour ?? this.config.TRIGGERED_PER_PERSON_PER_HOUR;
    const waiting = await this.triggered.waiting(this.transactions.pool, execution.id, room);
    if (waiting.length === 0) return 'EMPTY';
    const occurrences = waiting.flatMap(readOccurrence);
    const templateIds = occurrences.map(({ trigger }) => trigger.templateId);
    const { attributes } = await this.subjects.withTemplates(subject, templateIds);
    const rows = occurrences.map((occurrence) => rowOf(occurrence, attributes));
    const heardAt = new Date(Math.min(...waiting.map(({ receivedAt }) => receivedAt.getTime())));
    const told = { matchedBy: matchedByOf(connection), namesSince: namesHeard(connection, heardAt) };
    const placed = await this.triggered.place(
      this.transactions.pool,
      { executionId: execution.id, projectId: execution.project_id },
      { waiting, occurrences: rows, holder, mostPerHour, ...told, ...siblings },
    );
    if (!placed) return 'BUSY';
    await this.givingWay.tell({ connectionId: connection.id, lagMs: placed.lagMs });
    if (placed.chunk) await send({ chunk: placed.chunk, open: openOf(placed, rows) });
    return placed;
  }
}

function waitAfter(tookMs: number): number {
  return Math.min(gatherMs.most, Math.max(gatherMs.least, gatherMs.timesLast * tookMs));
}

function readOccurrence(waiting: WaitingTrigger): Occurrence[] {
  const parsed = parseCallback(waiting);
  if (!parsed.ok) return [];
  const { customerId } = parsed.callback;
  const templateId = parsed.callback.templateId ?? waiting.templateId;
  if (customerId === null || templateId === null) return [];
  return [{ trigger: { ...parsed.callback, customerId, templateId }, waiting }];
}

function rowOf({ trigger, waiting }: Occurrence, attributes: string[]): TriggeredRow {
  const { customerId, templateId } = trigger;
  return {
    journalId: waiting.id,
    fingerprint: fingerprintOf(trigger),
    customerId,
    templateId,
    attributes: valuesOf(trigger, attributes),
    raw: waiting.body.toString('utf8').replaceAll('\u0000', '').slice(0, longestRaw),
  };
}

function openOf({ open }: Placed, rows: TriggeredRow[]): OpenRecipient[] {
  const byJournal = new Map(rows.map((row) => [row.journalId, row]));
  return open.flatMap(({ journalId, seq, dueAt }) => {
    const row = byJournal.get(journalId);
    if (!row) return [];
    const { customerId, templateId, attributes } = row;
    return [{ seq, customerId, templateId, attributes, profileId: null, dueAt }];
  });
}
