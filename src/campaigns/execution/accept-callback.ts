import { systemClock } from '@libs/foundation';
import { type OptimoveCallback, parseCallback, readEngagement, withoutDecryptionKey } from '@libs/optimove-client';
import { Outbox, Transactions, type Tx } from '@libs/platform';
import { ChannelsService, type ChannelView } from '@modules/channels';
import type { ConnectionView } from '@modules/connections';
import { CheckDataDate } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { runDateOf } from '../domain/execution/run-date';
import { readRecipientsJob } from '../jobs/execution.jobs';
import { EngagementFilesRepository } from '../persistence/ledger/engagement-files.repository';
import { type Announcement, ExecutionRepository } from '../persistence/ledger/execution.repository';
import { type JournalOutcome, JournalRepository } from '../persistence/ledger/journal.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';
import { type TriggerCall, TriggerIntake } from './trigger-intake';

/** An authenticated call from Optimove, as it came. */
export interface InboundCall {
  connection: ConnectionView;
  kind: string;
  contentType: string | null;
  body: Buffer;
}

/** What we made of a call. */
export interface AcceptedCall {
  outcome: JournalOutcome;
  reason: string | null;
  executionId: string | null;
}

interface Refusal {
  reason: string;
}

const cancelled = 4;
const dataUpdated = 3;
const triggered = 11;
const executedOnChannel = 13;
const engagementInFiles = 14;
const announcing = new Set([triggered, executedOnChannel, engagementInFiles]);
const cancelReason = 'Cancelled in Optimove';

/** Takes a callback in: journal, execution and first job in one transaction, and nothing slow. */
@Injectable()
export class AcceptCallback {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly channels: ChannelsService,
    private readonly executions: ExecutionRepository,
    private readonly engagements: EngagementFilesRepository,
    private readonly journal: JournalRepository,
    private readonly stops: StopRepository,
    private readonly triggers: TriggerIntake,
    private readonly checkDataDate: CheckDataDate,
  ) {}

  /** Resolves when the call is committed. A repeated announcement leads to the execution that the first one made. */
  async accept(call: InboundCall): Promise<AcceptedCall> {
    const parsed = parseCallback({ kind: call.kind, body: call.body });
    // Before the transaction: one that asks the pool for a second connection can starve them all.
    const channelId = parsed.ok ? parsed.callback.channelId : null;
    const channel = channelId === null ? null : await this.channels.findByOptimoveId(call.connection.id, channelId);
    const subject = parsed.ok ? announcementOf(call, { ...parsed.callback, channel }) : null;
    const entry = entryOf(call, parsed.ok ? parsed.callback : null);
    if (parsed.ok && parsed.callback.eventTypeId === triggered && subject && !('reason' in subject)) {
      return this.triggers.add({ announcement: subject, timeZone: call.connection.timeZone, entry });
    }
    return this.transactions.run(async (tx) => {
      const accepted: AcceptedCall =
        parsed.ok && subject
          ? await this.act(tx, { call, callback: parsed.callback, subject })
          : { outcome: 'UNREADABLE', reason: parsed.ok ? null : parsed.reason, executionId: null };
      await this.journal.append(tx, { ...entry, ...accepted });
      return accepted;
    });
  }

  private async act(
    tx: Tx,
    { call, callback, subject }: { call: InboundCall; callback: OptimoveCallback; subject: Announcement | Refusal },
  ): Promise<AcceptedCall> {
    if (callback.eventTypeId === cancelled) return this.cancel(tx, call, callback);
    if (callback.eventTypeId === dataUpdated) await this.checkDataDate.request(tx, call.connection);
    if (!announcing.has(callback.eventTypeId ?? 0)) return { outcome: 'NOTED', reason: null, executionId: null };
    if ('reason' in subject) return { outcome: 'REFUSED', reason: subject.reason, executionId: null };
    if (callback.eventTypeId === engagementInFiles) {
      return this.engage(tx, call, { callback, announcement: subject });
    }
    const execution = await this.executions.announce(tx, subject);
    if (execution.isNew && (await this.wasCancelled(tx, call, callback, subject.optimoveCampaignId))) {
      await this.stops.requestCancel(tx, [execution.id], cancelReason);
      return { outcome: 'CANCELLED', reason: 'The cancellation came first', executionId: execution.id };
    }
    if (execution.isNew) await this.outbox.enqueue(tx, readRecipientsJob, { executionId: execution.id, reading: 1 });
    return { outcome: 'ANNOUNCED', reason: null, executionId: execution.id };
  }

  /** The execution of an engagement reads its files; one that failed is read again when announced again. */
  private async engage(
    tx: Tx,
    call: InboundCall,
    { callback, announcement }: { callback: OptimoveCallback; announcement: Announcement },
  ): Promise<AcceptedCall> {
    const engagement = readEngagement(callback);
    if (typeof engagement === 'string') return { outcome: 'REFUSED', reason: engagement, executionId: null };
    const { engagementId } = engagement;
    const { id, outcome } = await this.executions.announceEngagement(tx, { ...announcement, engagementId });
    if (outcome === 'LISTED_BY_API') {
      const reason = 'The campaign was already announced by event 13 or found by the sweep, and is read over the API';
      return { outcome: 'REFUSED', reason, executionId: id };
    }
    const announced: AcceptedCall = { outcome: 'ANNOUNCED', reason: null, executionId: id };
    if (outcome === 'KNOWN') return announced;
    await this.engagements.save(tx, { id, projectId: announcement.projectId }, engagement);
    if (await this.wasCancelled(tx, call, callback, announcement.optimoveCampaignId)) {
      await this.stops.requestCancel(tx, [id], cancelReason);
      return { outcome: 'CANCELLED', reason: 'The cancellation came first', executionId: id };
    }
    await this.outbox.enqueue(tx, readRecipientsJob, { executionId: id, reading: 1 });
    return announced;
  }

  /** Stops what runs and remembers it, because the announcement may come later. */
  private async cancel(tx: Tx, { connection }: InboundCall, callback: OptimoveCallback): Promise<AcceptedCall> {
    const { campaignId, timeStamp } = callback;
    if (campaignId === null) return { outcome: 'REFUSED', reason: 'CampaignID is missing', executionId: null };
    const now = systemClock.now();
    await this.stops.rememberCancellation(tx, {
      projectId: connection.projectId,
      connectionId: connection.id,
      optimoveCampaignId: campaignId,
      runDate: runDateOf(timeStamp, now, connection.timeZone),
      cancelledAt: timeStamp ?? stampOf(now),
    });
    const unfinished = await this.stops.unfinishedOf(tx, connection.id, campaignId);
    const stopped = await this.stops.requestCancel(tx, unfinished, cancelReason);
    return { outcome: 'CANCELLED', reason: `${stopped.length} executions stopped`, executionId: stopped[0] ?? null };
  }

  private wasCancelled(
    tx: Tx,
    { connection }: InboundCall,
    callback: OptimoveCallback,
    campaignId: string,
  ): Promise<boolean> {
    const now = systemClock.now();
    const announced = {
      projectId: connection.projectId,
      connectionId: connection.id,
      optimoveCampaignId: campaignId,
      runDate: runDateOf(callback.timeStamp, now, connection.timeZone),
    };
    return this.stops.wasCancelled(tx, announced, callback.timeStamp ?? stampOf(now));
  }
}

/** The execution that a callback announces or adds to, or why there is none. */
function announcementOf(
  { connection }: InboundCall,
  callback: OptimoveCallback & { channel: ChannelView | null },
): Announcement | Refusal {
  const isTriggered = callback.eventTypeId === triggered;
  const { campaignId, channelId, channel } = callback;
  if (campaignId === null) return { reason: 'CampaignID is missing' };
  if (channelId === null) return { reason: 'ChannelID is missing' };
  if (isTriggered && callback.customerId === null)
    return { reason: 'CustomerID is missing: visitors cannot be reached' };
  if (isTriggered && callback.templateId === null) return { reason: 'TemplateID is missing' };
  if (connection.isDisabled) return { reason: 'The connection is disabled' };
  if (!channel) return { reason: `Channel ${channelId} is not set up on this connection; add it in Overview` };
  if (channel.kind === 'SMS_SUBSCRIPTION') return { reason: `Channel ${channelId} is for subscription status only` };
  return {
    projectId: connection.projectId,
    connectionId: connection.id,
    channelId: channel.id,
    optimoveChannelId: channel.optimoveChannelId,
    optimoveCampaignId: campaignId,
    runDate: runDateOf(isTriggered ? null : callback.timeStamp, systemClock.now(), connection.timeZone),
  };
}

function entryOf(
  { connection, kind, contentType, body }: InboundCall,
  callback: OptimoveCallback | null,
): TriggerCall['entry'] {
  return {
    projectId: connection.projectId,
    connectionId: connection.id,
    kind,
    contentType,
    body: withoutDecryptionKey(body),
    eventTypeId: callback?.eventTypeId ?? null,
    optimoveCampaignId: callback?.campaignId ?? null,
    optimoveChannelId: callback?.channelId ?? null,
  };
}

/** An instant as Optimove writes times, so that both compare as texts. */
function stampOf(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
