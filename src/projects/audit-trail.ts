import { newId } from '@libs/foundation';
import type { Tx } from '@libs/platform';
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
}
