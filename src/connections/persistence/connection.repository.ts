import { execute, type GaugeValue, prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan } from 'typeorm';
import { ConnectionEntity } from './connection.entity';

/** SQL: the lock of what customer ids of a connection mean. */
const namesOf = (id: string): string => `hashtext('names of customers'), hashtext(${id}::text)`;

/** Connections of projects. Deleted ones are kept for history and never listed. */
@Injectable()
export class ConnectionRepository {
  find(tx: Tx, projectId: string, id: string): Promise<ConnectionEntity | null> {
    return tx.findOneBy(ConnectionEntity, { projectId, id, deletedAt: IsNull() });
  }

  findSome(tx: Tx, projectId: string, ids: readonly string[]): Promise<ConnectionEntity[]> {
    return tx.findBy(ConnectionEntity, { projectId, id: In(ids), deletedAt: IsNull() });
  }

  /** By id alone, deleted or not: for workers and callbacks, which learn the project from the row. */
  findAny(tx: Tx, id: string): Promise<ConnectionEntity | null> {
    return tx.findOneBy(ConnectionEntity, { id });
  }

  /** Locks the row until `tx` ends. */
  lock(tx: Tx, projectId: string, id: string): Promise<ConnectionEntity | null> {
    return tx.findOne(ConnectionEntity, {
      where: { projectId, id, deletedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
  }

  list(
    tx: Tx,
    { projectId, beforeId, limit }: { projectId: string; beforeId: string | null; limit: number },
  ): Promise<ConnectionEntity[]> {
    return tx.find(ConnectionEntity, {
      where: { projectId, deletedAt: IsNull(), ...(beforeId ? { id: LessThan(beforeId) } : {}) },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** The calls a second of every connection in use, as a gauge. */
  async budgets(tx: Tx): Promise<GaugeValue<'connection'>[]> {
    const connections = await tx.find(ConnectionEntity, {
      select: { id: true, callsPerSecond: true },
      where: { isDisabled: false, deletedAt: IsNull() },
    });
    return connections.map(({ id, callsPerSecond }) => ({ labels: { connection: id }, value: callsPerSecond }));
  }

  /** All of a project, the newest first; deleted ones too. */
  listEver(tx: Tx, projectId: string): Promise<ConnectionEntity[]> {
    return tx.find(ConnectionEntity, { where: { projectId }, order: { id: 'DESC' } });
  }

  /** Lets nobody else look for an account of the project until `tx` ends. */
  async lockAccounts(tx: Tx, projectId: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(hashtext('connection accounts'), hashtext($1))`, [projectId]);
  }

  /** Whether customer ids of a connection have meant the same people since then. */
  async isNamedSince(tx: Tx, id: string, namesSince: Date | null): Promise<boolean> {
    const sql = 'SELECT 1 FROM connection WHERE id = $1 AND names_since IS NOT DISTINCT FROM $2::timestamptz';
    return (await query(tx, prepared(sql), [id, namesSince])).length > 0;
  }

  /** Keeps customer ids of a connection from meaning others until `tx` ends; false, at once, where they are about to. */
  async holdNames(tx: Tx, id: string): Promise<boolean> {
    const sql = `SELECT pg_try_advisory_xact_lock_shared(${namesOf('$1')}) AS "isHeld"`;
    const [row] = await query<{ isHeld: boolean }>(tx, prepared(sql), [id]);
    return row?.isHeld ?? false;
  }

  /** Waits for those who {@link holdNames}, and lets nobody do so until `tx` ends. */
  async lockNames(tx: Tx, id: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(${namesOf('$1')})`, [id]);
  }

  /** Deleted connections of the same project to the same account. */
  async predecessors(tx: Tx, id: string): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT o.id FROM connection c JOIN connection o ON o.project_id = c.project_id AND o.account_id = c.account_id
       WHERE c.id = $1 AND o.id <> c.id AND o.deleted_at IS NOT NULL ORDER BY o.id`,
      [id],
    );
    return rows.map((row) => row.id);
  }

  /** Those of the same project to the same account that are not deleted, itself included unless it is. */
  ofSameAccount(tx: Tx, id: string): Promise<Pick<ConnectionEntity, 'id' | 'isDisabled'>[]> {
    return query(
      tx,
      `SELECT o.id, o.is_disabled AS "isDisabled" FROM connection c JOIN connection o ON o.project_id = c.project_id AND o.account_id = c.account_id
       WHERE c.id = $1 AND o.deleted_at IS NULL ORDER BY o.id`,
      [id],
    );
  }

  /** Those of a project to an account, also those that are disabled or deleted. */
  ofAccount(tx: Tx, projectId: string, accountId: string): Promise<{ id: string; isOff: boolean }[]> {
    return query(
      tx,
      `SELECT id, is_disabled OR deleted_at IS NOT NULL AS "isOff" FROM connection
       WHERE project_id = $1 AND account_id = $2 ORDER BY id`,
      [projectId, accountId],
    );
  }

  isNameTaken(tx: Tx, connection: { projectId: string; name: string; id: string }): Promise<boolean> {
    return tx
      .createQueryBuilder(ConnectionEntity, 'c')
      .where('c.project_id = :projectId AND c.name = :name AND c.id <> :id AND c.deleted_at IS NULL', connection)
      .getExists();
  }

  save(tx: Tx, connection: ConnectionEntity): Promise<ConnectionEntity> {
    return tx.save(connection);
  }

  /** Notes that Optimove answered; at most one write a minute. */
  async noteSuccess(tx: Tx, id: string): Promise<void> {
    await execute(
      tx,
      `UPDATE connection SET last_success_at = now(), status = 'ACTIVE', last_error = NULL, last_error_at = NULL
       WHERE id = $1 AND (status <> 'ACTIVE' OR last_error IS NOT NULL OR last_success_at IS NULL
         OR last_success_at < now() - interval '1 minute')`,
      [id],
    );
  }

  /** Notes that Optimove refused the token that was set at `tokenSetAt`; a newer token is not blamed. */
  async noteRefusedToken(tx: Tx, id: string, tokenSetAt: Date): Promise<void> {
    await execute(
      tx,
      `UPDATE connection SET status = 'AUTHENTICATION_FAILED', last_error = $3, last_error_at = now()
       WHERE id = $1 AND date_trunc('milliseconds', api_token_set_at) = $2`,
      [id, tokenSetAt, 'Optimove refused the API token (401); replace it in the settings of the connection'],
    );
  }

  /** Replaces the secret of the engagement webhook; false when the project has no such connection. */
  async setWebhookSecret(
    tx: Tx,
    { projectId, id, secretHash }: { projectId: string; id: string; secretHash: Buffer },
  ): Promise<boolean> {
    const count = await execute(
      tx,
      `UPDATE connection SET webhook_secret_hash = $3, webhook_secret_set_at = now()
       WHERE project_id = $1 AND id = $2 AND deleted_at IS NULL`,
      [projectId, id, secretHash],
    );
    return count === 1;
  }

  /** Deletes a connection; it stays for history, with the digest of its token. */
  async delete(tx: Tx, id: string, digest: Buffer | null): Promise<void> {
    await execute(
      tx,
      'UPDATE connection SET deleted_at = now(), is_disabled = true, api_token_digest = $2 WHERE id = $1',
      [id, digest],
    );
  }

  /** Erases the token of a deleted connection. */
  async forgetToken(tx: Tx, id: string): Promise<void> {
    await execute(tx, 'UPDATE connection SET api_token = NULL WHERE id = $1 AND deleted_at IS NOT NULL', [id]);
  }

  /** Erases the tokens of connections that were deleted so many hours ago or earlier. */
  async forgetTokens(tx: Tx, hours: number): Promise<void> {
    await execute(
      tx,
      `UPDATE connection SET api_token = NULL
       WHERE api_token IS NOT NULL AND deleted_at <= now() - $1 * interval '1 hour'`,
      [hours],
    );
  }
}
