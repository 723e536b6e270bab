import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { In, IsNull, Not, Raw } from 'typeorm';
import { ChannelEntity } from './channel.entity';

const kept = Not('REMOVED' as const);

/** What came of registering the listeners of a channel. */
export type ListenerOutcome = Pick<ChannelEntity, 'state' | 'lastError'> &
  Partial<Pick<ChannelEntity, 'listenerRegisteredAt' | 'listenerFingerprint'>>;

/** Channels of connections. Removed ones are found by id only. */
@Injectable()
export class ChannelRepository {
  find(tx: Tx, projectId: string, id: string): Promise<ChannelEntity | null> {
    return tx.findOneBy(ChannelEntity, { projectId, id, state: kept });
  }

  /** Removed or not. */
  findAny(tx: Tx, projectId: string, id: string): Promise<ChannelEntity | null> {
    return tx.findOneBy(ChannelEntity, { projectId, id });
  }

  /** Removed or not. */
  findSome(tx: Tx, projectId: string, ids: readonly string[]): Promise<ChannelEntity[]> {
    return tx.findBy(ChannelEntity, { projectId, id: In(ids) });
  }

  /** By id alone, for the job that takes back its listeners. */
  findRemoved(tx: Tx, id: string): Promise<ChannelEntity | null> {
    return tx.findOneBy(ChannelEntity, { id, state: 'REMOVED' });
  }

  /** By Optimove's number; a connection belongs to one project. */
  findByOptimoveId(tx: Tx, connectionId: string, optimoveChannelId: number): Promise<ChannelEntity | null> {
    return tx.findOneBy(ChannelEntity, { connectionId, optimoveChannelId, state: kept });
  }

  listOf(tx: Tx, projectId: string, connectionId: string): Promise<ChannelEntity[]> {
    return tx.find(ChannelEntity, { where: { projectId, connectionId, state: kept }, order: { id: 'ASC' } });
  }

  listOfProject(tx: Tx, projectId: string): Promise<ChannelEntity[]> {
    return tx.find(ChannelEntity, { where: { projectId, state: kept }, order: { id: 'ASC' } });
  }

  /** By the connections alone, for workers. */
  list(tx: Tx, connectionIds: readonly string[]): Promise<ChannelEntity[]> {
    return tx.find(ChannelEntity, { where: { connectionId: In(connectionIds), state: kept }, order: { id: 'ASC' } });
  }

  /** Every channel of every project, for the clock that keeps listeners right. */
  listAll(tx: Tx): Promise<ChannelEntity[]> {
    return tx.find(ChannelEntity, { where: { state: kept }, order: { id: 'ASC' } });
  }

  /**
   * Adds the channel. One that was removed comes back as the same row, because all that went out over it hangs on its id.
   * @returns its id, or null when the connection has a channel of that Optimove id.
   */
  async add(tx: Tx, channel: ChannelEntity): Promise<string | null> {
    const back = await this.bringBack(tx, channel);
    if (back) return back;
    const { raw } = await tx
      .createQueryBuilder()
      .insert()
      .into(ChannelEntity)
      .values(channel)
      .orIgnore()
      .returning('id')
      .execute();
    return Array.isArray(raw) && raw.length > 0 ? channel.id : null;
  }

  private async bringBack(tx: Tx, channel: ChannelEntity): Promise<string | null> {
    const { projectId, connectionId, optimoveChannelId, kind, name } = channel;
    const ofSame = 'project_id = $1 AND connection_id = $2 AND optimove_channel_id = $3';
    const rows = await query<{ id: string }>(
      tx,
      `UPDATE channel SET state = 'PENDING', name = $5, last_error = NULL, listener_registered_at = NULL,
         listener_fingerprint = NULL, updated_at = now()
       WHERE state = 'REMOVED' AND id = (SELECT id FROM channel WHERE ${ofSame} AND kind = $4 AND state = 'REMOVED'
           ORDER BY created_at DESC LIMIT 1)
         AND NOT EXISTS (SELECT 1 FROM channel WHERE ${ofSame} AND state <> 'REMOVED') RETURNING id`,
      [projectId, connectionId, optimoveChannelId, kind, name],
    );
    return rows[0]?.id ?? null;
  }

  /** Records what came of the listeners. @returns false, and records nothing, when the channel was removed meanwhile. */
  async record(tx: Tx, id: string, outcome: ListenerOutcome): Promise<boolean> {
    const { affected } = await tx.update(ChannelEntity, { id, state: kept }, { ...outcome, updatedAt: new Date() });
    return (affected ?? 0) > 0;
  }

  /** Notes that Optimove no longer has the channel's listeners: they are registered as soon as its connection is in use. */
  async forgetListeners(tx: Tx, id: string): Promise<void> {
    await tx.update(ChannelEntity, { id, state: kept }, { listenerRegisteredAt: null, listenerFingerprint: null });
  }

  /** Removed in the last days, with listeners that Optimove may still have; of one connection where it is given. */
  listLeft(tx: Tx, { days, connectionId }: { days: number; connectionId?: string }): Promise<ChannelEntity[]> {
    const updatedAt = Raw((column) => `${column} > now() - :days * interval '1 day'`, { days });
    const left = { state: 'REMOVED' as const, listenerFingerprint: Not(IsNull()), updatedAt };
    const where = connectionId === undefined ? left : { ...left, connectionId };
    return tx.find(ChannelEntity, { where, order: { id: 'ASC' } });
  }

  /** Notes the listeners that were registered for a channel while it was removed. */
  async noteLeft(tx: Tx, id: string, listenerFingerprint: string): Promise<void> {
    await tx.update(ChannelEntity, { id, state: 'REMOVED' }, { listenerFingerprint, updatedAt: new Date() });
  }

  /** Notes that nothing is left to be taken back of a removed channel. */
  async forgetLeft(tx: Tx, id: string): Promise<void> {
    const nothing = { listenerRegisteredAt: null, listenerFingerprint: null };
    await tx.update(ChannelEntity, { id, state: 'REMOVED' }, nothing);
  }

  async spread(tx: Tx, { projectId, id }: Pick<ChannelEntity, 'projectId' | 'id'>, minutes: number): Promise<void> {
    await tx.update(ChannelEntity, { projectId, id, state: kept }, { spreadMinutes: minutes, updatedAt: new Date() });
  }

  /** @returns false when it was removed already. */
  async remove(tx: Tx, { projectId, id }: Pick<ChannelEntity, 'projectId' | 'id'>): Promise<boolean> {
    const change = { state: 'REMOVED' as const, updatedAt: new Date() };
    const { affected } = await tx.update(ChannelEntity, { projectId, id, state: kept }, change);
    return (affected ?? 0) > 0;
  }
}
