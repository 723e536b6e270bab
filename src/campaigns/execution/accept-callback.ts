import {
  type OptimoveCallback,
  type ParsedCallback,
  parseCallback,
  readEngagement,
  withoutDecryptionKey,
} from '@libs/optimove-client';
import { Transactions, type Tx } from '@libs/platform';
import { ChannelsService } from '@modules/channels';
import { type ConnectionView, isAllowedAddress } from '@modules/connections';
import { CheckDataDate } from '@modules/suppression';
import { Injectable } from '@nestjs/common';
import { CampaignsConfig } from '../campaigns.config';
import { largestCallback } from '../domain/callback-body';
import { runDateOf } from '../domain/execution/run-date';
import { type Said, saidOf } from '../domain/execution/said';
import { type Announcement, AnnouncementRepository, type Heard } from '../persistence/ledger/announcement.repository';
import { EngagementFilesRepository } from '../persistence/ledger/engagement-files.repository';
import { type JournalOutcome, JournalRepository } from '../persistence/ledger/journal.repository';
import { SignalRepository } from '../persistence/ledger/signal.repository';
import { StopRepository } from '../persistence/ledger/stop.repository';
import { AnnounceCampaign, cancelledInOptimove } from './announce-campaign';
import { announcementOf, type Refusal } from './announcement-of';
import { type TriggerCall, TriggerIntake } from './trigger-intake';

/** An authenticated call from Optimove, as it came. */
export interface InboundCall {
  connection: ConnectionView;
  kind: string;
  contentType: string | null;
  /** At most {@link largestCallback} bytes. */
  body: Buffer;
  /** Whether more came than is kept. */
  isCut: boolean;
  receivedAt: Date;
  /** IP address of the caller. */
  from: string;
  /** Names the call, so that it counts once however often it is taken in. */
  callId: string;
  /** Whether it may have been taken in before. */
  isAgain: boolean;
}

/** What we made of a call. */
export interface AcceptedCall {
  outcome: JournalOutcome;
  reason: string | null;
  executionId: string | null;
  /** Whether it came from an address that the connection does not allow: nothing of it was done. */
  isFromStranger?: boolean;
}

const executed = 1;
const dataUpdated = 3;
const cancelled = 4;
const triggered = 11;
const executedOnChannel = 13;
const engagementInFiles = 14;
const announcing = new Set([triggered, executedOnChannel, engagementInFiles]);
const cancelledBefore = 'Cancelled in Optimove after this was announced';

/** Takes a callback in: journal, execution and first job in one transaction, and nothing slow. */
@Injectable()
export class AcceptCallback {
  constructor(
    private readonly transactions: Transactions,
    private readonly channels: ChannelsService,
    private readonly announceCampaign: AnnounceCampaign,
    private readonly announcements: AnnouncementRepository,
    private readonly signals: SignalRepository,
    private readonly engagements: EngagementFilesRepository,
    private readonly journal: JournalRepository,
    private readonly stops: StopRepository,
    private readonly triggers: TriggerIntake,
    private readonly checkDataDate: CheckDataDate,
    private readonly config: CampaignsConfig,
  ) {}

  /**
   * Resolves when the call, `parsed` by {@link readCall}, is committed. A repeated announcement leads to the execution that the first one made.
   * @returns null when the call was taken in before.
   */
  async accept(call: InboundCall, parsed = readCall(call)): Promise<AcceptedCall | null> {
    const entry = entryOf(call, parsed.ok ? parsed.callback : null);
    if (!isAllowedAddress(call.connection.callbackAddresses, call.from)) return this.refuse(call, entry);
    if (parsed.ok && isTriggered(parsed)) {
      return this.triggers.add({ call, callback: parsed.callback, entry });
    }
    // Before the transaction: one that asks the pool for a second connection can starve them all.
    const channelId = parsed.ok ? parsed.callback.channelId : null;
    const channel = channelId === null ? null : await this.channels.findByOptimoveId(call.connection.id, channelId);
    const subject = parsed.ok ? announcementOf(call, { ...parsed.callback, channel }) : null;
    return this.transactions.run(async (tx) => {
      if (call.isAgain && (await this.journal.hasCall(tx, call.callId))) return null;
      const accepted: AcceptedCall =
        parsed.ok && subject
          ? await this.act(tx, { call, callback: parsed.callback, subject })
          : { outcome: 'UNREADABLE', reason: parsed.ok ? null : parsed.reason, executionId: null };
      await this.journal.append(tx, { ...entry, ...accepted, optimoveTemplateId: null });
      return accepted;
    });
  }

  /** Kept, because a list of addresses may be wrong, and whoever looks for the call has to find it. */
  private async refuse(call: InboundCall, entry: TriggerCall['entry']): Promise<AcceptedCall> {
    const reason = `It came from ${call.from}, which is not one of the connection's callbackAddresses`;
    const refused = { outcome: 'REFUSED', reason, executionId: null } as const;
    await this.transactions.run(async (tx) => {
      if (call.isAgain && (await this.journal.hasCall(tx, call.callId))) return;
      await this.journal.append(tx, { ...entry, ...refused, optimoveTemplateId: null });
    });
    return { ...refused, isFromStranger: true };
  }

  private async act(
    tx: Tx,
    { call, callback, subject }: { call: InboundCall; callback: OptimoveCallback; subject: Announcement | Refusal },
  ): Promise<AcceptedCall> {
    if (callback.eventTypeId === cancelled) return this.cancel(tx, call, callback);
    if (callback.eventTypeId === executed) return this.signal(tx, call, callback);
    if (callback.eventTypeId === dataUpdated) await this.checkDataDate.request(tx, call.connection);
    if (!announcing.has(callback.eventTypeId ?? 0)) return { outcome: 'NOTED', reason: null, executionId: null };
    if ('reason' in subject) return { outcome: 'REFUSED', reason: subject.reason, executionId: null };
    if (callback.eventTypeId === engagementInFiles) {
      return this.engage(tx, call, { callback, announcement: subject });
    }
    const announced = await this.announceCampaign.run(tx, subject, heardIn('13', call, callback));
    const executionId = announced?.id ?? null;
    if (announced?.outcome === 'CANCELLED') return { outcome: 'CANCELLED', reason: cancelledBefore, executionId };
    return { outcome: 'ANNOUNCED', reason: null, executionId };
  }

  /** Event 1 names no channel: it waits for event 13, and what then was not read since is looked for on every channel. */
  private async signal(tx: Tx, call: InboundCall, callback: OptimoveCallback): Promise<AcceptedCall> {
    const { connection, receivedAt } = call;
    const noted = (reason: string): AcceptedCall => ({ outcome: 'NOTED', reason, executionId: null });
    if (callback.campaignId === null) return noted('CampaignID is missing');
    if (connection.isDisabled) return noted('The connection is disabled');
    const waitSeconds = this.config.EVENT_1_WAIT_SECONDS;
    const signal = {
      projectId: connection.projectId,
      connectionId: connection.id,
      optimoveCampaignId: callback.campaignId,
      runDate: runDateOf(callback.timeStamp, receivedAt, connection.timeZone),
      ...saidIn(call, callback),
    };
    await this.signals.remember(tx, signal, waitSeconds);
    return noted(`Waits ${waitSeconds} s for event 13 of each channel`);
  }

  /** The execution of an engagement reads its files; one that failed is read again when announced again. */
  private async engage(
    tx: Tx,
    call: InboundCall,
    { callback, announcement }: { callback: OptimoveCallback; announcement: Announcement },
  ): Promise<AcceptedCall> {
    const engagement = readEngagement(callback);
    if (typeof engagement === 'string') return { outcome: 'REFUSED', reason: engagement, executionId: null };
    const subject = { ...announcement, engagementId: engagement.engagementId };
    const { id, outcome } = await this.announceCampaign.engage(tx, subject, heardIn('14', call, callback));
    if (outcome === 'LISTED_BY_API') {
      const reason = 'The campaign was already announced by event 13 or found by the sweep, and is read over the API';
      return { outcome: 'REFUSED', reason, executionId: id };
    }
    if (outcome === 'CANCELLED') return { outcome: 'CANCELLED', reason: cancelledBefore, executionId: id };
    if (outcome !== 'KNOWN') await this.engagements.save(tx, { id, projectId: announcement.projectId }, engagement);
    return { outcome: 'ANNOUNCED', reason: null, executionId: id };
  }

  /** Stops what runs and remembers it, because the announcement may come later. */
  private async cancel(tx: Tx, call: InboundCall, callback: OptimoveCallback): Promise<AcceptedCall> {
    const { id: connectionId, projectId, timeZone } = call.connection;
    const { campaignId, timeStamp } = callback;
    if (campaignId === null) return { outcome: 'REFUSED', reason: 'CampaignID is missing', executionId: null };
    const { saidAt } = saidIn(call, callback);
    await this.announcements.serialise(tx, { connectionId, optimoveCampaignId: campaignId });
    const runDate = runDateOf(timeStamp, call.receivedAt, timeZone);
    const cancellation = { projectId, connectionId, optimoveCampaignId: campaignId, runDate, saidAt };
    const isNews = await this.stops.rememberCancellation(tx, cancellation);
    const meant = isNews ? await this.stops.noteCancellation(tx, cancellation) : [];
    const stopped = await this.stops.requestCancel(tx, meant, cancelledInOptimove, saidAt);
    return { outcome: 'CANCELLED', reason: `${stopped.length} executions stopped`, executionId: stopped[0] ?? null };
  }
}

/** What a call says, or why it cannot be read. */
export function readCall(call: Pick<InboundCall, 'kind' | 'body' | 'isCut'>): ParsedCallback {
  if (!call.isCut) return parseCallback(call);
  return { ok: false, reason: `The body is larger than ${largestCallback} bytes; only its beginning was kept` };
}

function saidIn({ connection, receivedAt }: InboundCall, { timeStamp }: OptimoveCallback): Said {
  return saidOf(timeStamp, receivedAt, connection.timeZone);
}

function heardIn(source: Heard['source'], call: InboundCall, callback: OptimoveCallback): Heard {
  return { source, ...saidIn(call, callback), receivedAt: call.receivedAt };
}

function entryOf(call: InboundCall, callback: OptimoveCallback | null): TriggerCall['entry'] {
  const { connection, kind, contentType, callId, receivedAt } = call;
  return {
    projectId: connection.projectId,
    connectionId: connection.id,
    kind,
    contentType,
    body: withoutDecryptionKey(call.body),
    eventTypeId: callback?.eventTypeId ?? null,
    optimoveCampaignId: callback?.campaignId ?? null,
    optimoveChannelId: callback?.channelId ?? null,
    callId,
    receivedAt,
  };
}

/** Whether the call tells of one customer who met a trigger: nothing but the call itself would ever tell of it again. */
export function isTriggered(parsed: ParsedCallback): boolean {
  return parsed.ok && parsed.callback.eventTypeId === triggered;
}
