import type { Medium } from '@libs/delivery';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { ProviderAccountEntity } from './provider-account.entity';

const kept = Not('DELETED' as const);

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

  /** The account that delivers a medium. */
  findDefault(tx: Tx, projectId: string, medium: Medium): Promise<ProviderAccountEntity | null> {
    return tx.findOneBy(ProviderAccountEntity, { projectId, medium, isDefault: true, state: kept });
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

  /** Changes of a project's accounts happen one after another, so that each medium has one default. */
  async lockProject(tx: Tx, projectId: string): Promise<void> {
    await query(tx, `SELECT pg_advisory_xact_lock(hashtextextended('provider_account' || $1, 0))`, [projectId]);
  }

  /** Takes the default from the others of the medium. */
  async unsetDefault(tx: Tx, { projectId, medium, id }: ProviderAccountEntity): Promise<void> {
    await execute(
      tx,
      'UPDATE provider_account SET is_default = false WHERE project_id = $1 AND medium = $2 AND id <> $3',
      [projectId, medium, id],
    );
  }

  /** Makes the oldest account of the medium the default when there is none. */
  async ensureDefault(tx: Tx, { projectId, medium }: ProviderAccountEntity): Promise<void> {
    await execute(
      tx,
      `UPDATE provider_account SET is_default = true
       WHERE id = (SELECT id FROM provider_account WHERE project_id = $1 AND medium = $2 AND state <> 'DELETED' ORDER BY id LIMIT 1)
         AND NOT EXISTS (SELECT 1 FROM provider_account WHERE project_id = $1 AND medium = $2 AND is_default AND state <> 'DELETED')`,
      [projectId, medium],
    );
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
