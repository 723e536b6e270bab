import { Kept, systemClock } from '@libs/foundation';
import type { OptimoveCallback } from '@libs/optimove-client';
import { GroupCommit, Notifications, Transactions } from '@libs/platform';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { saidOf } from '../domain/execution/said';
import { isHeard } from '../domain/execution/triggered-day';
import type { Announcement } from '../persistence/ledger/announcement.repository';
import { JournalRepository, type TriggeredEntry } from '../persistence/ledger/journal.repository';
import { executionNotOpen } from '../persistence/ledger/triggered.repository';
import {
  type TriggeredCalls,
  type TriggeredDay,
  TriggeredDayRepository,
} from '../persistence/ledger/triggered-day.repository';
import { announcementOf, type Refusal } from './announcement-of';
import { type CompleteCallback, CompleteTrigger } from './complete-trigger';
import { GivingWay } from './giving-way';
import { WakeUps } from './wake-ups';

/** The channel on which workers learn that callbacks wait; the payload is the id of the execution. */
export const triggeredChannel = 'campaigns.triggered';

/** A readable callback of a customer who met a trigger. */
export interface TriggerCall {
  call: { connection: ConnectionView; receivedAt: Date };
  callback: OptimoveCallback;
  entry: Omit<TriggeredEntry, 'reason' | 'executionId' | 'optimoveTemplateId' | 'isRemembered'>;
}

/** What became of it. */
export interface AcceptedTrigger {
  outcome: 'TRIGGERED' | 'REFUSED';
  reason: string | null;
  executionId: string | null;
}

type Subject = Announcement | Refusal;

/** A call with what it is about. */
interface Found {
  call: TriggerCall;
  subject: Subject;
  templateId: string | null;
}

interface FoundDay {
  day: TriggeredDay;
  /** Whether it is believed without a look. */
  isRemembered: boolean;
}

/** The calls of a campaign's day. */
interface Asked extends TriggeredCalls {
  announcement: Announcement;
}

const largestBatch = 200;
const gatherMs = 12;
/**
 * Whoever drains an execution gathers for longer than `few` before it looks again, and after a crowd looks for longer than
 * `many`.
 */
const wakeUpPace = { few: 15, many: 120, areMany: 12 };
const mostKept = 10_000;
/** What is known of a day, or of a connection, is asked again after so long. */
const keepMs = 5_000;
const cancelledSince =
  'Optimove cancelled the campaign; only a call whose time stamp is later is heard, or one without on the next day';

/** Takes triggered callbacks in: what arrives together is committed together and wakes the workers once. */
@Injectable()
export class TriggerIntake implements BeforeApplicationShutdown {
  private readonly calls = new GroupCommit<TriggerCall, AcceptedTrigger>(
    largestBatch,
    (calls) => this.store(calls),
    gatherMs,
  );
  private readonly wakeUps = new WakeUps(wakeUpPace, (executionId) =>
    this.notifications.notify(this.transactions.pool, triggeredChannel, executionId),
  );
  /** How days stand, and until when that is believed, by what {@link keyOf} says. */
  private readonly known = new Map<string, { day: TriggeredDay; until: number }>();
  /** Ids of a connection and the deleted ones that it stands for. */
  private readonly predecessors = new Kept<string[]>({ keepMs, most: mostKept }, (connectionId) =>
    this.connections.withPredecessors(this.transactions.pool, connectionId),
  );

  constructor(
    private readonly transactions: Transactions,
    private readonly connections: ConnectionsService,
    private readonly complete: CompleteTrigger,
    private readonly days: TriggeredDayRepository,
    private readonly journal: JournalRepository,
    private readonly notifications: Notifications,
    private readonly givingWay: GivingWay,
  ) {}

  beforeApplicationShutdown(): Promise<void> {
    return this.wakeUps.end();
  }

  /** Resolves when the callback is committed with the day's execution that it belongs to. */
  add(call: TriggerCall): Promise<AcceptedTrigger> {
    return this.calls.add(call);
  }

  private async store(calls: TriggerCall[]): Promise<AcceptedTrigger[]> {
    const found = await this.subjectsOf(calls);
    const accepted = await this.append(found);
    const left = found.filter((_each, index) => !accepted[index]);
    this.forgetDaysOf(left);
    const looked = left.length > 0 ? await this.append(left) : [];
    void this.givingWay.tellAnswered(longestWait(calls), calls.length);
    return accepted.map((each) => each ?? (looked.shift() as AcceptedTrigger));
  }

  /** What became of each call; null where it is left, because its remembered execution is not open. */
  private async append(found: Found[]): Promise<(AcceptedTrigger | null)[]> {
    const days = await this.daysOf(found);
    const entries = found.map((each) => entryOf(each, days));
    const coming = counted(entries.flatMap(({ executionId }) => executionId ?? []));
    const due = this.wakeUps.due(coming);
    const wakes = { channel: triggeredChannel, executionIds: due };
    const areOpen = await this.journal.appendTriggered(this.transactions.pool, entries, wakes);
    this.wakeUps.committed(coming, due);
    return entries.map(({ reason, executionId, isRemembered }, index) => {
      if (areOpen[index]) return { outcome: 'TRIGGERED', reason: null, executionId };
      return isRemembered ? null : { outcome: 'REFUSED', reason, executionId };
    });
  }

  /** A campaign that was cancelled may have been started again. */
  private forgetDaysOf(found: Found[]): void {
    for (const { call, subject } of found) if (!('reason' in subject)) this.known.delete(keyOf(subject, zoneOf(call)));
  }

  /** Asks once for what several calls say in the same words. */
  private async subjectsOf(calls: TriggerCall[]): Promise<Found[]> {
    const known = new Map<string, CompleteCallback>();
    const withdrawn = new Map<string, boolean>();
    const found: Found[] = [];
    for (const trigger of calls) {
      const { call, callback } = trigger;
      const key = [call.connection.id, callback.channelId, callback.templateId === null].join(' ');
      const complete = known.get(key) ?? (await this.complete.run(call.connection, callback));
      known.set(key, complete);
      const { channel, callback: understood } = complete;
      const templateId = callback.templateId ?? understood.templateId;
      const template = `${key} ${templateId}`;
      const isWithdrawn = withdrawn.get(template) ?? (await this.complete.isWithdrawn(channel, templateId));
      withdrawn.set(template, isWithdrawn);
      const full = { ...callback, channelId: understood.channelId, templateId, channel, isWithdrawn };
      found.push({ call: trigger, subject: announcementOf(call, full), templateId });
    }
    return found;
  }

  /** How the days of the calls stand, by {@link keyOf}: as far as it is known, else it is asked once for all of a day. */
  private async daysOf(found: Found[]): Promise<Map<string, FoundDay>> {
    if (this.known.size > mostKept) this.known.clear();
    const now = performance.now();
    const days = new Map<string, FoundDay>();
    const asked = new Map<string, Asked>();
    for (const { call, subject } of found) {
      if ('reason' in subject) continue;
      const key = keyOf(subject, zoneOf(call));
      const known = this.known.get(key);
      if (known && known.until > now) {
        days.set(key, { day: known.day, isRemembered: true });
        if (known.day.executionId !== null || !counts(call, known.day)) continue;
      }
      asked.set(key, await this.ask(call, { subject, others: asked.get(key)?.saidAt ?? [] }));
    }
    for (const [key, day] of await this.open(asked)) {
      this.known.set(key, { day, until: now + keepMs });
      days.set(key, { day, isRemembered: false });
    }
    return days;
  }

  private async ask(
    call: TriggerCall,
    { subject, others }: { subject: Announcement; others: (Date | null)[] },
  ): Promise<Asked> {
    const connectionIds = await this.predecessors.get(subject.connectionId);
    return { announcement: subject, timeZone: zoneOf(call), connectionIds, saidAt: [...others, stampOf(call)] };
  }

  /** In one order everywhere: two processes that open the same days must not wait for each other. */
  private async open(asked: Map<string, Asked>): Promise<[string, TriggeredDay][]> {
    if (asked.size === 0) return [];
    const sorted = [...asked].sort(([one], [other]) => (one < other ? -1 : 1));
    return this.transactions.run(async (tx) => {
      const days: [string, TriggeredDay][] = [];
      for (const [key, { announcement, ...of }] of sorted) {
        days.push([key, await this.days.open(tx, announcement, of)]);
      }
      return days;
    });
  }
}

function entryOf({ call, subject, templateId }: Found, days: Map<string, FoundDay>): TriggeredEntry {
  const entry = { ...call.entry, optimoveTemplateId: templateId, isRemembered: false };
  if ('reason' in subject) return { ...entry, reason: subject.reason, executionId: null };
  const found = days.get(keyOf(subject, zoneOf(call)));
  if (!found || !counts(call, found.day)) return { ...entry, reason: cancelledSince, executionId: null };
  const { day, isRemembered } = found;
  return { ...entry, reason: executionNotOpen, executionId: day.executionId, isRemembered };
}

/** How often each is there. */
function counted(ids: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function keyOf({ connectionId, optimoveCampaignId, channelId, runDate }: Announcement, timeZone: string): string {
  return [connectionId, optimoveCampaignId, channelId, runDate, timeZone].join(' ');
}

/** How long the first of the calls has waited, in milliseconds. */
function longestWait(calls: TriggerCall[]): number {
  return systemClock.now().getTime() - Math.min(...calls.map(({ call }) => call.receivedAt.getTime()));
}

function zoneOf({ call }: TriggerCall): string {
  return call.connection.timeZone;
}

/** Whether the call counts on its day; reading its time stamp costs too much where nothing was cancelled. */
function counts(call: TriggerCall, day: TriggeredDay): boolean {
  return day.cancelledAt === null || isHeard(day, stampOf(call));
}

/** When Optimove says that it made the call, or null. */
function stampOf({ call, callback }: TriggerCall): Date | null {
  if (!callback.timeStamp) return null;
  return saidOf(callback.timeStamp, call.receivedAt, call.connection.timeZone).saidAt;
}
