import { newId } from '@libs/foundation';
import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Actor } from './domain/actor';
import { AuditEntryEntity } from './persistence/project.entities';

/** One change to remember. Never put a secret into `before` or `after`. */
export interface AuditedChange {
  /** `subject.what-happened`, such as `connection.updated`. */
  action: string;
  subject: { type: string; id: string };
  before?: object | null;
  after?: object | null;
}

/** Which changes to list; null does not narrow. */
export interface AuditFilter {
  projectId: string;
  action: string | null;
  subjectType: string | null;
  subjectId: string | null;
  /** From this instant on, and before that one. */
  from: Date | null;
  to: Date | null;
  beforeId: string | null;
  limit: number;
}

/** Remembers every change in the transaction that makes it. */
@Injectable()
export class AuditTrail {
  /** Adds one entry when `tx` commits. */
  async record(tx: Tx, actor: Actor, { action, subject, before, after }: AuditedChange): Promise<void> {
    await tx.insert(AuditEntryEntity, {
      id: newId(),
      projectId: actor.projectId,
      actorKeyId: actor.keyId,
      actorLabel: actor.label,
      action,
      subjectType: subject.type,
      subjectId: subject.id,
      before: before ?? null,
      after: after ?? null,
    });
  }

  /** Newest first. */
  list(
    tx: Tx,
    { projectId, action, subjectType, subjectId, from, to, beforeId, limit }: AuditFilter,
  ): Promise<AuditEntryEntity[]> {
    return query(
      tx,
      `SELECT id, project_id AS "projectId", actor_key_id AS "actorKeyId", actor_label AS "actorLabel", action,
         subject_type AS "subjectType", subject_id AS "subjectId", before, after, at
       FROM audit_entry WHERE project_id = $1 AND ($2::text IS NULL OR action = $2)
         AND ($3::text IS NULL OR subject_type = $3) AND ($4::text IS NULL OR subject_id = $4)
         AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
         AND ($7::uuid IS NULL OR id < $7) ORDER BY id DESC LIMIT $8`,
      [projectId, action, subjectType, subjectId, from, to, beforeId, limit],
    );
  }
}
