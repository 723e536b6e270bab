import { isRetryable, Transactions } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { Injectable } from '@nestjs/common';
import { listenerEventsOf } from '../domain/listener-events';
import type { ChannelEntity } from '../persistence/channel.entity';
import { ChannelRepository } from '../persistence/channel.repository';
import { Listeners } from './listeners';

/** Optimove has one set of listeners for an account: what led to a connection that is out of use leads to another one. */
@Injectable()
export class TakeOverListeners {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ChannelRepository,
    private readonly connections: ConnectionsService,
    private readonly listeners: Listeners,
  ) {}

  /**
   * Registers what both connections need, which may be the same one; nothing when the former is in use again. What a
   * connection that is not in use itself gets, or a disabled one loses by it, is registered when that is in use.
   * @throws what may pass of what Optimove answers, for the job to try again.
   */
  async run(connectionId: string, formerId: string): Promise<void> {
    const { pool } = this.transactions;
    const others = (await this.connections.ofSameAccount(pool, connectionId)).filter(({ id }) => id !== connectionId);
    const formerOfAccount = others.find(({ id }) => id === formerId);
    if (formerOfAccount && !formerOfAccount.isDisabled) return;
    const former = await this.listening(formerId);
    if (former.length === 0) return;
    const isInUse = (await this.connections.find(connectionId))?.status === 'ACTIVE';
    const outcomes = isInUse ? await this.register(connectionId, former) : await this.postpone(connectionId, former);
    // All of them listen to what has no channel, so each may have lost something.
    const lost = formerOfAccount && outcomes.length > 0 ? former : [];
    for (const { id } of lost) await this.repository.forgetListeners(pool, id);
    const fault = outcomes.find(isRetryable);
    if (fault) throw fault;
  }

  private async listening(connectionId: string): Promise<ChannelEntity[]> {
    const channels = await this.repository.list(this.transactions.pool, [connectionId]);
    return channels.filter(({ kind }) => listenerEventsOf(kind).length > 0);
  }

  /** Leaves them to the clock. What has no channel comes along with any of them. @returns no error for each. */
  private async postpone(connectionId: string, former: ChannelEntity[]): Promise<null[]> {
    const numbers = new Set(former.map(({ optimoveChannelId }) => optimoveChannelId));
    const own = await this.listening(connectionId);
    const shared = own.filter(({ optimoveChannelId }) => numbers.has(optimoveChannelId));
    const due = shared.length > 0 ? shared : own;
    for (const { id } of due) await this.repository.forgetListeners(this.transactions.pool, id);
    return due.map(() => null);
  }

  /** @returns what came of each registration. */
  private async register(connectionId: string, former: ChannelEntity[]): Promise<(Error | null)[]> {
    const outcomes: (Error | null)[] = [];
    const numbers = new Set(former.map(({ optimoveChannelId }) => optimoveChannelId));
    for (const channel of await this.repository.list(this.transactions.pool, [connectionId])) {
      // One that failed may have failed when we tried it before.
      const needsAll = numbers.has(channel.optimoveChannelId) || channel.state === 'FAILED';
      const isRegistered = channel.state === 'ACTIVE';
      const events = listenerEventsOf(channel.kind).filter(
        ({ scope }) => needsAll || (isRegistered && scope === 'CONNECTION'),
      );
      if (events.length > 0) outcomes.push(await this.listeners.register(channel, events));
    }
    return outcomes;
  }
}
