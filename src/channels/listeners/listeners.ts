import { createHash } from 'node:crypto';
import { AppError, toError } from '@libs/foundation';
import { callbackKind } from '@libs/optimove-client';
import { Log, Outbox, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { type ListenerEvent, listenerEventsOf } from '../domain/listener-events';
import { unregisterListenersJob } from '../jobs/channels.jobs';
import type { ChannelEntity } from '../persistence/channel.entity';
import { ChannelRepository, type ListenerOutcome } from '../persistence/channel.repository';

const longestReason = 500;

/** What a registration is done with: the connection's addresses, and the API to register them at. */
type ListeningChannel = Pick<ChannelEntity, 'id' | 'connectionId' | 'kind' | 'optimoveChannelId'>;

/** Registers a channel's listeners at Optimove. Registering again replaces what was there. */
@Injectable()
export class Listeners {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly repository: ChannelRepository,
    private readonly connections: ConnectionsService,
    private readonly log: Log,
  ) {}

  /**
   * Registers what the kind needs, or the given of it; what came of it is the channel's state, and is taken back when the
   * channel was removed meanwhile. Never throws for what Optimove answers. @returns what failed; null when they stand.
   */
  async register(channel: ListeningChannel, events = listenerEventsOf(channel.kind)): Promise<Error | null> {
    try {
      const fingerprint = await this.fingerprintOf(channel);
      await this.registerEvents(channel, events);
      await this.record(channel, {
        state: 'ACTIVE',
        lastError: null,
        listenerRegisteredAt: new Date(),
        listenerFingerprint: fingerprint,
      });
      return null;
    } catch (error) {
      const lastError = reasonOf(error);
      const fault: Error & { code?: unknown } = toError(error);
      const told = { channelId: channel.id, code: fault.code, reason: lastError };
      this.log.event('channel.listeners-not-registered', told, 'error');
      await this.record(channel, { state: 'FAILED', lastError });
      return fault;
    }
  }

  /** Changes when the address that Optimove has to call changes, or Optimove's own; says nothing about the secret in ours. */
  async fingerprintOf({ connectionId }: Pick<ChannelEntity, 'connectionId'>): Promise<string> {
    const url = await this.connections.callbackUrl({ id: connectionId }, '');
    const connection = await this.connections.find(connectionId);
    return createHash('sha256').update(`${connection?.endpoint} ${url}`).digest('hex');
  }

  private record({ id }: ListeningChannel, outcome: ListenerOutcome): Promise<void> {
    return this.transactions.run(async (tx) => {
      if (await this.repository.record(tx, id, outcome)) return;
      if (outcome.listenerFingerprint) await this.repository.noteLeft(tx, id, outcome.listenerFingerprint);
      await this.outbox.enqueue(tx, unregisterListenersJob, { channelId: id, at: String(Date.now()) });
    });
  }

  private async registerEvents(
    { connectionId, optimoveChannelId }: ListeningChannel,
    events: readonly ListenerEvent[],
  ): Promise<void> {
    if (events.length === 0) return;
    const client = await this.connections.clientFor(connectionId);
    for (const { eventTypeId, scope } of events) {
      const listenerUrl = await this.connections.callbackUrl({ id: connectionId }, callbackKind(eventTypeId));
      const channelId = scope === 'CHANNEL' ? optimoveChannelId : undefined;
      await client.registerEventListener({ eventTypeId, listenerUrl, channelId });
    }
  }
}

/** Optimove may quote the address that it refuses, and the address contains the callback secret. */
function reasonOf(error: unknown): string {
  if (!(error instanceof AppError)) return `An internal fault (${toError(error).name})`;
  return error.message.replaceAll(/https?(:|%3A)[^\s"']+/gi, '(our address)').slice(0, longestReason);
}
