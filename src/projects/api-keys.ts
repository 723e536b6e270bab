import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { AuditTrail } from './audit-trail';
import type { Actor, Role } from './domain/actor';
import { ApiKeyEntity } from './persistence/project.entities';
import { ProjectsService } from './projects.service';

/** Why a key was not revoked. */
export type RevokeRefusal = 'NOT_FOUND' | 'LAST_ADMIN_KEY';

/** API keys of a project, as its administrators manage them. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly transactions: Transactions,
    private readonly projects: ProjectsService,
    private readonly audit: AuditTrail,
  ) {}

  list(projectId: string): Promise<ApiKeyEntity[]> {
    return this.transactions.pool.find(ApiKeyEntity, { where: { projectId }, order: { id: 'DESC' }, take: 200 });
  }

  create(actor: Actor, { label, role }: { label: string; role: Role }): Promise<{ apiKey: ApiKeyEntity; key: string }> {
    return this.transactions.run(async (tx) => {
      const { id, key } = await this.projects.addKey(tx, { projectId: actor.projectId, label, role });
      await this.audit.record(tx, actor, {
        action: 'api-key.created',
        subject: { type: 'api-key', id },
        after: { label, role },
      });
      return { apiKey: await tx.findOneByOrFail(ApiKeyEntity, { projectId: actor.projectId, id }), key };
    });
  }

  /** The last administrator's key stays: without it nobody could make another. */
  revoke(actor: Actor, id: string): Promise<ApiKeyEntity | RevokeRefusal> {
    return this.transactions.run(async (tx) => {
      const active = await tx.find(ApiKeyEntity, {
        where: { projectId: actor.projectId, revokedAt: IsNull() },
        lock: { mode: 'pessimistic_write' },
      });
      const apiKey = active.find((each) => each.id === id);
      if (!apiKey) return 'NOT_FOUND';
      const remains = active.some((each) => each.id !== id && each.role === 'ADMIN');
      if (apiKey.role === 'ADMIN' && !remains) return 'LAST_ADMIN_KEY';
      await tx.update(ApiKeyEntity, { projectId: actor.projectId, id, revokedAt: IsNull() }, { revokedAt: new Date() });
      await this.audit.record(tx, actor, { action: 'api-key.revoked', subject: { type: 'api-key', id } });
      return tx.findOneByOrFail(ApiKeyEntity, { projectId: actor.projectId, id, revokedAt: Not(IsNull()) });
    });
  }
}
