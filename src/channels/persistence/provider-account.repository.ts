import type { Medium } from '@libs/delivery';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { ProviderAccountEntity } from './provider-account.entity';

const kept = Not('DELETED' as const);
const servesSame = 'project_id = $1 AND serves = $2 AND app_id IS NOT DISTINCT FROM $3::uuid';
const servedBy = ({ projectId, serves, appId }: ProviderAccountEntity): unknown[] => [projectId, serves, appId];

/** Provider accounts of projects. Deleted ones keep their id for history and nothing secret. */
@Injectable()
export class ProviderAccountRepository {
  find(tx: Tx, projectId: string, id: string): Promise<ProviderAccountEntity | null> {
    return tx.findOneBy(ProviderAccountEntity, { projectId, id, state: kept });
  }

  /** Locks the row until `tx` ends. */
  lock(tx: Tx, projectId: string, id: string): Promise<ProviderAccountEntity | null> {
    return tx.findOne(ProviderAccountEntity, {
      where: { projectId, id, state: kept },
      lock: { mode: 'pessimistic_write' },
    });
  }

  list(tx: Tx, projectId: string): Promise<ProviderAccountEntity[]> {
    return tx.find(ProviderAccountEntity, { where: { projectId, state: kept }, order: { id: 'ASC' } });
  }

  /** The accounts that deliver some media: the default ones of whatever they serve. */
  findDelivering(tx: Tx, projectId: string, media: readonly Medium[]): Promise<ProviderAccountEntity[]> {
    const where = { projectId, medium: In([...media]), isDefault: true, state: kept };
    return tx.find(ProviderAccountEntity, { where, order: { id: 'ASC' } });
  }

  /** By id alone, for a report whose address names it. */
  findKept(tx: Tx, id: string): Promise<ProviderAccountEntity | null> {
    return tx.findOneBy(ProviderAccountEntity, { id, state: kept });
  }

  /** By id alone, for sessions that are open in this process. */
  findOpen(tx: Tx, ids: string[]): Promise<ProviderAccountEntity[]> {
    return tx.findBy(ProviderAccountEntity, { id: In(ids), state: kept });
  }

  /** Every default account of these providers, for the worker that waits for their receipts. */
  findDefaultsOf(tx: Tx, providers: string[]): Promise<ProviderAccountEntity[]> {
    return tx.findBy(ProviderAccountEntity, { provider: In(providers), isDefault: true, state: kept });
  }

  isNameTaken(tx: Tx, account: Pick<ProviderAccountEntity, 'projectId' | 'name' | 'id'>): Promise<boolean> {
    const { projectId, name, id } = account;
    return tx.existsBy(ProviderAccountEntity, { projectId, name, id: Not(id), state: kept });
  }

  /** Changes of a project's accounts happen one after another, so that whatever they serve has one default. */
  async lockProject(tx: Tx, projectId: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(hashtextextended('provider_account' || $1, 0))`, [projectId]);
  }

  /** Takes the default from the others that serve the same. */
  async unsetDefault(tx: Tx, account: ProviderAccountEntity): Promise<void> {
    await execute(tx, `UPDATE provider_account SET is_default = false WHERE ${servesSame} AND id <> $4`, [
      ...servedBy(account),
      account.id,
    ]);
  }

  /** Makes the oldest account that serves the same the default when there is none. */
  async ensureDefault(tx: Tx, account: ProviderAccountEntity): Promise<void> {
    await execute(
      tx,
      `UPDATE provider_account SET is_default = true
       WHERE id = (SELECT id FROM provider_account WHERE ${servesSame} AND state <> 'DELETED' ORDER BY id LIMIT 1)
         AND NOT EXISTS (SELECT 1 FROM provider_account WHERE ${servesSame} AND is_default AND state <> 'DELETED')`,
      servedBy(account),
    );
  }

  /** Whether another account takes whatever this one takes: one for the same app, or one for all. */
  async hasSubstitute(tx: Tx, account: ProviderAccountEntity): Promise<boolean> {
    const rows = await query(
      tx,
      `SELECT 1 FROM provider_account WHERE project_id = $1 AND serves = $2 AND (app_id IS NOT DISTINCT FROM $3::uuid OR app_id IS NULL)
         AND id <> $4 AND state <> 'DELETED' LIMIT 1`,
      [...servedBy(account), account.id],
    );
    return rows.length > 0;
  }

  save(tx: Tx, account: ProviderAccountEntity): Promise<ProviderAccountEntity> {
    return tx.save(account);
  }

  /** Records a live check, unless the settings were changed meanwhile. */
  async recordCheck(
    tx: Tx,
    { id, projectId, version }: ProviderAccountEntity,
    outcome: Pick<ProviderAccountEntity, 'state' | 'lastError'> & { lastVerifiedAt?: Date },
  ): Promise<void> {
    await tx.update(ProviderAccountEntity, { id, projectId, version, state: kept }, outcome);
  }

  async erase(tx: Tx, { id, projectId }: ProviderAccountEntity): Promise<void> {
    await tx.update(
      ProviderAccountEntity,
      { id, projectId },
      { state: 'DELETED', isDefault: false, sealedSecrets: null, secretHints: {}, updatedAt: new Date() },
    );
  }
}
