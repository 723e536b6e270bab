import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Leave to rely on data that a rule finds too old, for a while. Values that exclude still do. */
export interface GuardOverride {
  id: string;
  ruleId: string;
  reason: string;
  grantedBy: string;
  grantedAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}

const columns = `id, rule_id AS "ruleId", reason, granted_by AS "grantedBy", granted_at AS "grantedAt",
  expires_at AS "expiresAt", revoked_at AS "revokedAt"`;

/** Overrides of rules; they stay as history. */
@Injectable()
export class GuardOverrideRepository {
  async add(
    tx: Tx,
    projectId: string,
    given: Pick<GuardOverride, 'ruleId' | 'reason' | 'grantedBy' | 'expiresAt'>,
  ): Promise<GuardOverride | null> {
    const rows = await query<GuardOverride>(
      tx,
      `INSERT INTO guard_override (id, project_id, rule_id, reason, granted_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${columns}`,
      [newId(), projectId, given.ruleId, given.reason, given.grantedBy, given.expiresAt],
    );
    return rows[0] ?? null;
  }

  /** @returns the override, or null when none of this id was in force. */
  async revoke(tx: Tx, projectId: string, id: string): Promise<GuardOverride | null> {
    const count = await execute(
      tx,
      `UPDATE guard_override SET revoked_at = now()
       WHERE project_id = $1 AND id = $2 AND revoked_at IS NULL AND expires_at > now()`,
      [projectId, id],
    );
    if (count === 0) return null;
    const rows = await query<GuardOverride>(
      tx,
      `SELECT ${columns} FROM guard_override WHERE project_id = $1 AND id = $2`,
      [projectId, id],
    );
    return rows[0] ?? null;
  }

  /** Overrides of rules, newest first, at most 100 in all. */
  ofRules(tx: Tx, projectId: string, ruleIds: string[]): Promise<GuardOverride[]> {
    return query(
      tx,
      `SELECT ${columns} FROM guard_override WHERE project_id = $1 AND rule_id = ANY($2::uuid[])
       ORDER BY id DESC LIMIT 100`,
      [projectId, ruleIds],
    );
  }
}
