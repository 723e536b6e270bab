import { systemClock } from '@libs/foundation';
import { type OptimoveCallback, parseCallback } from '@libs/optimove-client';
import { ChannelsService } from '@modules/channels';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import type { Actor } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { valuesOf } from '../domain/execution/occurrence';
import type { Rehearsed } from '../domain/execution/rehearsal';
import { announcementOf } from '../execution/announcement-of';
import { CompleteTrigger } from '../execution/complete-trigger';
import type { Announcement } from '../persistence/ledger/announcement.repository';
import { JournalListRepository, type JournalledCall } from './journal-list.repository';
import { RehearsalContexts } from './rehearsal-contexts';
import { Rehearse } from './rehearse';
import { nameOfList, StartDryRun } from './start-dry-run';

/** What a call would do now. */
export interface Replay {
  /** UNREADABLE, REFUSED, NOTED, ONE_CUSTOMER or WHOLE_LIST. */
  verdict: 'UNREADABLE' | 'REFUSED' | 'NOTED' | 'ONE_CUSTOMER' | 'WHOLE_LIST';
  reason: string | null;
  callback: OptimoveCallback | null;
  /** What would become of the customer of a trigger. */
  customer: Rehearsed | null;
  /** The rehearsal of a whole list, which goes on in the background. */
  dryRunId: string | null;
}

const triggered = 11;
const listed = new Set([13, 14]);
const stripped = 'What it said of a person was removed: three days after it came, or with the person';

/** Takes a kept call through the same reading and matching again, to show why something happened. Nothing is sent. */
@Injectable()
export class ReplayCallback {
  constructor(
    private readonly journal: JournalListRepository,
    private readonly connections: ConnectionsService,
    private readonly channels: ChannelsService,
    private readonly complete: CompleteTrigger,
    private readonly contexts: RehearsalContexts,
    private readonly rehearse: Rehearse,
    private readonly start: StartDryRun,
  ) {}

  /** Null when the project has no such call. */
  async run(actor: Actor, journalId: string): Promise<Replay | null> {
    const call = await this.journal.find(actor.projectId, journalId);
    if (!call) return null;
    if (call.strippedAt && isOfSomebody(call)) return verdict('UNREADABLE', { reason: stripped });
    const parsed = parseCallback({ kind: call.kind, body: call.body });
    if (!parsed.ok) return verdict('UNREADABLE', { reason: parsed.reason });
    const connection = await this.connections.get(actor.projectId, call.connectionId);
    return this.act(actor, { call, connection, said: parsed.callback });
  }

  private async act(
    actor: Actor,
    { call, connection, said }: { call: JournalledCall; connection: ConnectionView; said: OptimoveCallback },
  ): Promise<Replay> {
    const { eventTypeId, channelId } = said;
    if (eventTypeId !== triggered && !listed.has(eventTypeId ?? 0)) {
      return verdict('NOTED', { callback: said, reason: 'Calls of this type announce nobody to send to' });
    }
    const { callback, channel } =
      eventTypeId === triggered
        ? await this.complete.run(connection, said)
        : {
            callback: said,
            channel: channelId === null ? null : await this.channels.findByOptimoveId(connection.id, channelId),
          };
    const isWithdrawn = eventTypeId === triggered && (await this.complete.isWithdrawn(channel, callback.templateId));
    const about = { ...callback, channel, isWithdrawn };
    const subject = announcementOf({ connection, receivedAt: call.receivedAt }, about);
    if ('reason' in subject) return verdict('REFUSED', { callback, reason: subject.reason });
    if (eventTypeId === triggered) return this.rehearseOne(connection, { callback, subject });
    const { optimoveCampaignId, optimoveChannelId } = subject;
    const request = { optimoveCampaignId, optimoveChannelId, smsPartPrice: null };
    const dryRunId = await this.start.run(actor, nameOfList(request), {
      connectionId: connection.id,
      kind: 'CALLBACK',
      request,
    });
    return verdict('WHOLE_LIST', { callback, dryRunId });
  }

  private async rehearseOne(
    connection: ConnectionView,
    { callback, subject }: { callback: OptimoveCallback; subject: Announcement },
  ): Promise<Replay> {
    const { customerId, templateId } = callback;
    if (customerId === null || templateId === null) return verdict('REFUSED', { callback, reason: 'Nobody is named' });
    const { optimoveChannelId, channelId: id } = subject;
    const context = await this.contexts.open({ id, connection, optimoveChannelId, templateIds: [templateId] });
    const attributes = valuesOf({ ...callback, customerId, templateId }, context.execution.attributes);
    const [customer] = await this.rehearse.people(context, [
      { seq: 1, customerId, templateId, attributes, profileId: null, dueAt: systemClock.now() },
    ]);
    return verdict('ONE_CUSTOMER', { callback, customer: customer ?? null });
  }
}

/** Whether the call lost what it said of a person. */
function isOfSomebody({ kind, body }: JournalledCall): boolean {
  const parsed = parseCallback({ kind, body });
  return !parsed.ok || parsed.callback.eventTypeId === triggered;
}

function verdict(kind: Replay['verdict'], found: Partial<Replay>): Replay {
  return { reason: null, callback: null, customer: null, dryRunId: null, ...found, verdict: kind };
}
