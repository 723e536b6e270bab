import { execute, query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Actor, Role } from './domain/actor';
import { hashApiKey } from './domain/api-key';

interface KeptActor {
  actor: Actor | null;
  until: number;
}

const keepMs = 5_000;
const mostKept = 10_000;

/** Finds who an API key is. An answer is kept for 5 seconds: so long a revoked key still works. */
@Injectable()
export class Actors {
  private readonly kept = new Map<string, KeptActor>();

  constructor(private readonly transactions: Transactions) {}

  /** The actor of a key, or null when the key is unknown or revoked. */
  async ofKey(key: string): Promise<Actor | null> {
    const hash = hashApiKey(key);
    const now = Date.now();
    const existing = this.kept.get(hash);
    if (existing && existing.until > now) return existing.actor;
    const actor = await this.load(hash);
    if (this.kept.size >= mostKept) this.kept.clear();
    this.kept.set(hash, { actor, until: now + keepMs });
    return actor;
  }

  private async load(hash: string): Promise<Actor | null> {
    const [row] = await query<{ id: string; project_id: string; label: string; role: Role; is_stale: boolean }>(
      this.transactions.pool,
      `SELECT id, project_id, label, role, last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS is_stale
       FROM api_key WHERE key_hash = $1 AND revoked_at IS NULL`,
      [hash],
    );
    if (!row) return null;
    if (row.is_stale)
      await execute(this.transactions.pool, 'UPDATE api_key SET last_used_at = now() WHERE id = $1', [row.id]);
    return { projectId: row.project_id, keyId: row.id, label: row.label, role: row.role };
  }
}
