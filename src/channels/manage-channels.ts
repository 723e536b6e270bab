import { isUuid, newId } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { ConnectionNotFoundError, ConnectionsService, type ConnectionView } from '@modules/connections';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { chooseChannel, type KnownChannel, type WantedChannel } from './domain/channel-choice';
import type { ChannelKind } from './domain/channel-kind';
import type { ChannelProblem } from './domain/channel-problem';
import { KnownChannels } from './listeners/known-channels';
import { Listeners } from './listeners/listeners';
import { RemoveChannels } from './listeners/remove-channels';
import { ChannelEntity } from './persistence/channel.entity';
import { ChannelRepository } from './persistence/channel.repository';

/** The channel as it is now, or what the caller has to mend. */
export type ChannelOutcome = { channel: ChannelEntity; problems: [] } | { channel: null; problems: ChannelProblem[] };

/** Adds, re-registers and removes channels. Network calls happen outside transactions. */
@Injectable()
export class ManageChannels {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ChannelRepository,
    private readonly connections: ConnectionsService,
    private readonly knownChannels: KnownChannels,
    private readonly listeners: Listeners,
    private readonly removals: RemoveChannels,
    private readonly audit: AuditTrail,
  ) {}

  /** Stores the channel, or brings a removed one back, and registers its listeners; where that fails the channel stays, FAILED and with the reason. */
  async add(actor: Actor, wanted: WantedChannel & { connectionId: string }): Promise<ChannelOutcome> {
    const connection = await this.findConnection(actor, wanted.connectionId);
    if (!connection) return failed(noConnection);
    if (connection.isDisabled) return failed(disabled('connectionId'));
    const choice = chooseChannel(wanted, await this.knownChannels.list(actor.projectId, connection.id));
    if ('problem' in choice) return failed(choice.problem);
    const channel = newChannel(connection, wanted.kind, choice.channel);
    const addedId = await this.transactions.run(async (tx) => {
      const id = await this.repository.add(tx, channel);
      if (!id) return null;
      const { kind, name, optimoveChannelId, connectionId } = channel;
      const after = { kind, name, optimoveChannelId, connectionId };
      await this.audit.record(tx, actor, { action: 'channel.added', subject: { type: 'channel', id }, after });
      return id;
    });
    if (!addedId) return failed(alreadyAdded(channel.optimoveChannelId));
    await this.listeners.register({ ...channel, id: addedId });
    return this.current(actor, addedId);
  }

  /** Registers the listeners once more, for a channel that failed or whose address changed. */
  async reregister(actor: Actor, id: string): Promise<ChannelOutcome> {
    const channel = await this.find(actor, id);
    if (!channel) return failed(notFound);
    if ((await this.findConnection(actor, channel.connectionId))?.isDisabled) return failed(disabled('id'));
    await this.listeners.register(channel);
    await this.audit.record(this.transactions.pool, actor, {
      action: 'channel.listeners-registered-again',
      subject: subjectOf(channel),
    });
    return this.current(actor, id);
  }

  /** Removes the channel; its listeners are taken back right after. */
  async remove(actor: Actor, id: string): Promise<ChannelOutcome> {
    const channel = await this.find(actor, id);
    if (!channel) return failed(notFound);
    return this.transactions.run(async (tx) => {
      if (!(await this.removals.remove(tx, channel))) return failed(notFound);
      const { kind, name, optimoveChannelId } = channel;
      const before = { kind, name, optimoveChannelId };
      await this.audit.record(tx, actor, { action: 'channel.removed', subject: subjectOf(channel), before });
      return { channel: { ...channel, state: 'REMOVED' }, problems: [] };
    });
  }

  /** Spreads what is frozen from now on; triggered messages never wait. */
  async spread(actor: Actor, { id, minutes }: { id: string; minutes: number }): Promise<ChannelOutcome> {
    const channel = await this.find(actor, id);
    if (!channel) return failed(notFound);
    if (channel.kind !== 'MOBILE_PUSH' && channel.kind !== 'WEB_PUSH') return failed(cannotSpread);
    await this.transactions.run(async (tx) => {
      await this.repository.spread(tx, channel, minutes);
      await this.audit.record(tx, actor, {
        action: 'channel.spread',
        subject: subjectOf(channel),
        before: { spreadMinutes: channel.spreadMinutes },
        after: { spreadMinutes: minutes },
      });
    });
    return this.current(actor, id);
  }

  private async findConnection(actor: Actor, id: string): Promise<ConnectionView | null> {
    try {
      return await this.connections.get(actor.projectId, id);
    } catch (error) {
      if (error instanceof ConnectionNotFoundError) return null;
      throw error;
    }
  }

  private async find({ projectId }: Actor, id: string): Promise<ChannelEntity | null> {
    return isUuid(id) ? this.repository.find(this.transactions.pool, projectId, id) : null;
  }

  private async current(actor: Actor, id: string): Promise<ChannelOutcome> {
    const channel = await this.find(actor, id);
    return channel ? { channel, problems: [] } : failed(notFound);
  }
}

function newChannel({ id: connectionId, projectId }: ConnectionView, kind: ChannelKind, known: KnownChannel) {
  return Object.assign(new ChannelEntity(), {
    id: newId(),
    projectId,
    connectionId,
    kind,
    name: known.name,
    optimoveChannelId: known.id,
    state: 'PENDING' as const,
  });
}

const subjectOf = ({ id }: ChannelEntity) => ({ type: 'channel', id });

const failed = (...problems: ChannelProblem[]): ChannelOutcome => ({ channel: null, problems });

const notFound: ChannelProblem = {
  code: 'NOT_FOUND',
  path: ['id'],
  message: 'This project has no such channel; list channels of the connection to see their ids',
};

const cannotSpread: ChannelProblem = {
  code: 'NOT_SCHEDULED',
  path: ['id'],
  message: 'Only channels of scheduled campaigns can be spread; triggered messages go out at once',
};

const noConnection: ChannelProblem = {
  code: 'NOT_FOUND',
  path: ['connectionId'],
  message: 'This project has no such connection; list connections to see their ids',
};

const disabled = (field: string): ChannelProblem => ({
  code: 'CONNECTION_DISABLED',
  path: [field],
  message:
    'The connection is disabled, and Optimove has one set of listeners for all connections to an account; enable the connection first',
});

const alreadyAdded = (id: number): ChannelProblem => ({
  code: 'ALREADY_ADDED',
  path: ['optimoveChannelId'],
  message: `Channel ${id} is added to this connection already; remove it first to use it as something else`,
});
