import type { OptimoveCallback } from '@libs/optimove-client';
import { GroupCommit, Transactions } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { saidOf } from '../domain/execution/said';
import type { Announcement } from '../persistence/ledger/announcement.repository';
import { JournalRepository, type TriggeredEntry } from '../persistence/ledger/journal.repository';
import { executionNotOpen, TriggeredRepository } from '../persistence/ledger/triggered.repository';
import { announcementOf, type Refusal } from './announcement-of';
import { type CompleteCallback, CompleteTrigger } from './complete-trigger';

/** The channel on which workers learn that callbacks wait; the payload is the id of the execution. */
export const triggeredChannel = 'campaigns.triggered';

/** A readable callback of a customer who met a trigger. */
export interface TriggerCall {
  call: { connection: ConnectionView; receivedAt: Date };
  callback: OptimoveCallback;
  entry: Omit<TriggeredEntry, 'reason' | 'executionId' | 'optimoveTemplateId'>;
}

/** What became of it. */
export interface AcceptedTrigger {
  outcome: 'TRIGGERED' | 'REFUSED';
  reason: string | null;
  executionId: string | null;
}

type Subject = Announcement | Refusal;

interface Found {
  subject: Subject;
  templateId: string | null;
}

const largestBatch = 200;
const gatherMs = 5;
const mostKept = 10_000;
/** A campaign that was cancelled may have been started again. */
const keepMs = 5_000;

/** Takes triggered callbacks in: what arrives together is committed together and wakes the workers once. */
@Injectable()
export class TriggerIntake {
  private readonly calls = new GroupCommit<TriggerCall, AcceptedTrigger>(
    largestBatch,
    (calls) => this.store(calls),
    gatherMs,
  );
  /** Ids of the days' executions that were opened, and until when they are believed, by what {@link keyOf} says. */
  private readonly opened = new Map<string, { id: string; until: number }>();

  constructor(
    private readonly transactions: Transactions,
    private readonly complete: CompleteTrigger,
    private readonly triggered: TriggeredRepository,
    private readonly journal: JournalRepository,
  ) {}

  /** Resolves when the callback is committed with the day's execution that it belongs to. */
  add(call: TriggerCall): Promise<AcceptedTrigger> {
    return this.calls.add(call);
  }

  private async store(calls: TriggerCall[]): Promise<AcceptedTrigger[]> {
    const found = await this.subjectsOf(calls);
    const subjects = found.map(({ subject }) => subject);
    await this.open(calls, subjects);
    const entries = calls.map(({ entry: arrived }, index): TriggeredEntry => {
      const { subject, templateId } = found[index] as Found;
      const timeZone = zoneOf(calls[index]);
      const entry = { ...arrived, optimoveTemplateId: templateId };
      if ('reason' in subject) return { ...entry, reason: subject.reason, executionId: null };
      const executionId = this.opened.get(keyOf(subject, timeZone))?.id ?? null;
      return { ...entry, reason: executionNotOpen, executionId };
    });
    const areOpen = await this.journal.appendTriggered(this.transactions.pool, entries, triggeredChannel);
    return entries.map(({ reason, executionId }, index) =>
      areOpen[index]
        ? { outcome: 'TRIGGERED', reason: null, executionId }
        : { outcome: 'REFUSED', reason, executionId },
    );
  }

  /** Asks once for what several calls say in the same words. */
  private async subjectsOf(calls: TriggerCall[]): Promise<Found[]> {
    const known = new Map<string, CompleteCallback>();
    const withdrawn = new Map<string, boolean>();
    const found: Found[] = [];
    for (const { call, callback } of calls) {
      const key = [call.connection.id, callback.channelId, callback.templateId === null].join(' ');
      const complete = known.get(key) ?? (await this.complete.run(call.connection, callback));
      known.set(key, complete);
      const { channel, callback: understood } = complete;
      const templateId = callback.templateId ?? understood.templateId;
      const template = `${key} ${templateId}`;
      const isWithdrawn = withdrawn.get(template) ?? (await this.complete.isWithdrawn(channel, templateId));
      withdrawn.set(template, isWithdrawn);
      const full = { ...callback, channelId: understood.channelId, templateId, channel, isWithdrawn };
      found.push({ subject: announcementOf(call, full), templateId });
    }
    return found;
  }

  /** In one order everywhere: two processes that open the same days must not wait for each other. */
  private async open(calls: TriggerCall[], subjects: Subject[]): Promise<void> {
    if (this.opened.size > mostKept) this.opened.clear();
    const now = performance.now();
    const fresh = new Map<string, { announcement: Announcement; timeZone: string; saidAt: Date | null }>();
    subjects.forEach((subject, index) => {
      if ('reason' in subject) return;
      const timeZone = zoneOf(calls[index]);
      const key = keyOf(subject, timeZone);
      if ((this.opened.get(key)?.until ?? 0) > now) return;
      const saidAt = later(fresh.get(key)?.saidAt ?? null, stampOf(calls[index]));
      fresh.set(key, { announcement: subject, timeZone, saidAt });
    });
    if (fresh.size === 0) return;
    const sorted = [...fresh].sort(([one], [other]) => (one < other ? -1 : 1));
    const ids = await this.transactions.run(async (tx) => {
      const found: [string, string][] = [];
      for (const [key, { announcement, ...when }] of sorted) {
        found.push([key, await this.triggered.open(tx, announcement, when)]);
      }
      return found;
    });
    for (const [key, id] of ids) this.opened.set(key, { id, until: now + keepMs });
  }
}

function keyOf({ connectionId, optimoveCampaignId, channelId, runDate }: Announcement, timeZone: string): string {
  return [connectionId, optimoveCampaignId, channelId, runDate, timeZone].join(' ');
}

function zoneOf(call: TriggerCall | undefined): string {
  return call?.call.connection.timeZone ?? 'UTC';
}

/** When Optimove says that it made the call, or null. */
function stampOf(call: TriggerCall | undefined): Date | null {
  if (!call?.callback.timeStamp) return null;
  return saidOf(call.callback.timeStamp, call.call.receivedAt, zoneOf(call)).saidAt;
}

function later(one: Date | null, other: Date | null): Date | null {
  return one && other && one > other ? one : (other ?? one);
}
