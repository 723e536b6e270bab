import { newId } from '@libs/foundation';
import { query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Role } from './domain/actor';
import { newApiKey } from './domain/api-key';
import { ProjectNotFoundError } from './domain/errors';
import { ApiKeyEntity, ProjectEntity } from './persistence/project.entities';

/** What others may know of a project. */
export interface ProjectView {
  id: string;
  name: string;
  /** IANA zone. */
  timeZone: string;
  region: string;
  version: number;
}

/** Projects and their keys. */
@Injectable()
export class ProjectsService {
  constructor(private readonly transactions: Transactions) {}

  /** @throws {ProjectNotFoundError} */
  async get(projectId: string): Promise<ProjectView> {
    const project = await this.transactions.pool.findOneBy(ProjectEntity, { id: projectId });
    if (!project) throw new ProjectNotFoundError(`Project ${projectId} does not exist`);
    return project;
  }

  /** The oldest project; null where there is none yet. */
  async firstId(): Promise<string | null> {
    const [first] = await this.transactions.pool.find(ProjectEntity, { order: { createdAt: 'ASC' }, take: 1 });
    return first?.id ?? null;
  }

  /** Makes the first project and its key where there is none yet; the key is handed out this once and never again. */
  ensureFirst(): Promise<{ projectId: string; apiKey: string | null }> {
    return this.transactions.run(async (tx) => {
      await query(tx, `SELECT pg_advisory_xact_lock(hashtext('projects.ensure-first'))`);
      const [existing] = await tx.find(ProjectEntity, { order: { createdAt: 'ASC' }, take: 1 });
      if (existing) return { projectId: existing.id, apiKey: null };
      const project = { id: newId(), name: 'My project' };
      await tx.insert(ProjectEntity, project);
      const { key } = await this.addKey(tx, { projectId: project.id, label: 'First key', role: 'ADMIN' });
      return { projectId: project.id, apiKey: key };
    });
  }

  /** Adds a key; `key` is the only time it can be read. */
  async addKey(
    tx: Tx,
    { projectId, label, role }: { projectId: string; label: string; role: Role },
  ): Promise<{ id: string; key: string }> {
    const { key, hash, hint } = newApiKey();
    const id = newId();
    await tx.insert(ApiKeyEntity, { id, projectId, label, role, keyHash: hash, hint });
    return { id, key };
  }
}
