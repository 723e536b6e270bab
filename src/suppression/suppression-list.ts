import { newId } from '@libs/foundation';
import { query, Transactions } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import type { EntryKind, EntryMedium } from './domain/entry';
import { SuppressionEntryEntity } from './persistence/suppression-entry.entity';

/** Who must not be contacted, on what and why. */
export interface NewEntry {
  kind: EntryKind;
  /** In its normal form. */
  value: string;
  medium: EntryMedium;
  reason: string;
}

/** Which entries to list. */
export interface ListPage {
  beforeId: string | null;
  limit: number;
  filter: { kind?: EntryKind | null; medium?: EntryMedium | null; value?: string[] | null };
}

/** The suppression list of a project, as people keep it by hand. */
@Injectable()
export class SuppressionList {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
  ) {}

  /** Entries, newest first; of a kind, a medium or a value (in its normal form) where the filter says so. */
  list(projectId: string, { beforeId, limit, filter }: ListPage): Promise<SuppressionEntryEntity[]> {
    const { kind, medium, value } = filter;
    return this.transactions.pool.find(SuppressionEntryEntity, {
      where: {
        projectId,
        ...(beforeId ? { id: LessThan(beforeId) } : {}),
        ...(kind ? { kind } : {}),
        ...(medium ? { medium } : {}),
        ...(value ? { value: In(value) } : {}),
      },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** Adds an entry; one that is there already stays and gets the new reason. It counts from the next hand-over on. */
  add(actor: Actor, entry: NewEntry): Promise<SuppressionEntryEntity> {
    return this.transactions.run(async (tx) => {
      const { kind, value, medium, reason } = entry;
      await query(
        tx,
        `INSERT INTO suppression_entry (id, project_id, kind, value, medium, reason) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT ON CONSTRAINT uq_suppression_entry DO UPDATE SET reason = excluded.reason`,
        [newId(), actor.projectId, kind, value, medium, reason],
      );
      const saved = await tx.findOneByOrFail(SuppressionEntryEntity, {
        projectId: actor.projectId,
        kind,
        value,
        medium,
      });
      const subject = { type: 'suppression-entry', id: saved.id };
      await this.audit.record(tx, actor, {
        action: 'suppression-entry.added',
        subject,
        after: { kind, value, medium, reason },
      });
      return saved;
    });
  }

  /** Removes an entry; the person can be contacted again. @returns false when there was none. */
  remove(actor: Actor, id: string): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const entry = await tx.findOneBy(SuppressionEntryEntity, { projectId: actor.projectId, id });
      if (!entry) return false;
      await tx.delete(SuppressionEntryEntity, { projectId: actor.projectId, id });
      const { kind, value, medium, reason } = entry;
      await this.audit.record(tx, actor, {
        action: 'suppression-entry.removed',
        subject: { type: 'suppression-entry', id },
        before: { kind, value, medium, reason },
      });
      return true;
    });
  }
}
