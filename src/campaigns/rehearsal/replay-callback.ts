import { systemClock } from '@libs/foundation';
import { type OptimoveCallback, parseCallback } from '@libs/optimove-client';
import { ChannelsService, type ChannelView } from '@modules/channels';
import { ConnectionsService, type ConnectionView } from '@modules/connections';
import type { Actor } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { valuesOf } from '../domain/execution/occurrence';
import { announcementOf } from '../execution/announcement-of';
import { CompleteTrigger } from '../execution/complete-trigger';
import type { Announcement } from '../persistence/ledger/announcement.repository';
import { JournalListRepository, type JournalledCall } from './journal-list.repository';
import { RehearsalContexts } from './rehearsal-contexts';
import { Rehearse } from './rehearse';
import { type Replay, replayOf } from './replay';
import { ReplayLists } from './replay-lists';

const triggered = 11;
const executed = 1;
const executedOnChannel = 13;
const engagementInFiles = 14;
const announcing = new Set([triggered, executedOnChannel, engagementInFiles]);
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
    private readonly lists: ReplayLists,
  ) {}

  /** Null when the project has no such call. */
  async run(actor: Actor, journalId: string): Promise<Replay | null> {
    const call = await this.journal.find(actor.projectId, journalId);
    if (!call) return null;
    if (call.strippedAt && isOfSomebody(call)) return replayOf('UNREADABLE', { reason: stripped });
    const parsed = parseCallback({ kind: call.kind, body: call.body });
    if (!parsed.ok) return replayOf('UNREADABLE', { reason: parsed.reason });
    const connection = await this.connections.get(actor.projectId, call.connectionId);
    return this.act(actor, { call, connection, said: parsed.callback });
  }

  private async act(
    actor: Actor,
    { call, connection, said }: { call: JournalledCall; connection: ConnectionView; said: OptimoveCallback },
  ): Promise<Replay> {
    const { eventTypeId } = said;
    if (eventTypeId === executed) return this.lists.ofEveryChannel(actor, { call, connection, callback: said });
    if (!announcing.has(eventTypeId ?? 0)) {
      return replayOf('NOTED', { callback: said, reason: 'Calls of this type announce nobody to send to' });
    }
    const { callback, ...standing } = await this.complement(connection, said);
    const subject = announcementOf({ connection, receivedAt: call.receivedAt }, { ...callback, ...standing });
    if ('reason' in subject) return replayOf('REFUSED', { callback, reason: subject.reason });
    if (eventTypeId === triggered) return this.rehearseOne(connection, { callback, subject });
    const listCall = { call, connection, callback };
    return eventTypeId === engagementInFiles
      ? this.lists.inFiles(actor, listCall, subject)
      : this.lists.ofChannel(actor, listCall, subject);
  }

  /** The call with its channel, and with what a trigger leaves to be found. */
  private async complement(
    connection: ConnectionView,
    said: OptimoveCallback,
  ): Promise<{ callback: OptimoveCallback; channel: ChannelView | null; isWithdrawn: boolean }> {
    const { eventTypeId, channelId } = said;
    if (eventTypeId !== triggered) {
      const channel = channelId === null ? null : await this.channels.findByOptimoveId(connection.id, channelId);
      return { callback: said, channel, isWithdrawn: false };
    }
    const { callback, channel } = await this.complete.run(connection, said);
    return { callback, channel, isWithdrawn: await this.complete.isWithdrawn(channel, callback.templateId) };
  }

  private async rehearseOne(
    connection: ConnectionView,
    { callback, subject }: { callback: OptimoveCallback; subject: Announcement },
  ): Promise<Replay> {
    const { customerId, templateId } = callback;
    if (customerId === null || templateId === null) return replayOf('REFUSED', { callback, reason: 'Nobody is named' });
    const { optimoveChannelId, channelId: id } = subject;
    const context = await this.contexts.open({ id, connection, optimoveChannelId, templateIds: [templateId] });
    const attributes = valuesOf({ ...callback, customerId, templateId }, context.execution.attributes);
    const [customer] = await this.rehearse.people(context, [
      { seq: 1, customerId, templateId, attributes, profileId: null, dueAt: systemClock.now() },
    ]);
    return replayOf('ONE_CUSTOMER', { callback, customer: customer ?? null });
  }
}

/** Whether the call lost what it said of a person. */
function isOfSomebody({ kind, body }: JournalledCall): boolean {
  const parsed = parseCallback({ kind, body });
  return !parsed.ok || parsed.callback.eventTypeId === triggered;
}
