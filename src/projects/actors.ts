import { Kept } from '@libs/foundation';
import { execute, query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Actor, Role } from './domain/actor';
import { hashApiKey } from './domain/api-key';

const keeping = { keepMs: 5_000, most: 10_000 };

/** Finds who an API key is. An answer is kept for 5 seconds: so long a revoked key still works. */
@Injectable()
export class Actors {
  private readonly kept = new Kept<Actor | null>(keeping, (hash) => this.load(hash));

  constructor(private readonly transactions: Transactions) {}

  /** The actor of a key, or null when the key is unknown or revoked. */
  ofKey(key: string): Promise<Actor | null> {
    return this.kept.get(hashApiKey(key));
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
