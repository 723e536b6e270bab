import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Single attributes of many people at once. */
@Injectable()
export class AttributeValueRepository {
  /** Values by profile id, only of these names. */
  async values(
    tx: Tx,
    projectId: string,
    { profileIds, names }: { profileIds: string[]; names: string[] },
  ): Promise<Map<string, Record<string, unknown>>> {
    const rows = await query<{ id: string; found: Record<string, unknown> }>(
      tx,
      `SELECT p.id, jsonb_object_agg(n.name, p.attributes -> n.name) AS found
       FROM profile p JOIN unnest($3::text[]) AS n(name) ON p.attributes ? n.name
       WHERE p.project_id = $1 AND p.id = ANY($2::uuid[]) GROUP BY p.id`,
      [projectId, profileIds, names],
    );
    return new Map(rows.map(({ id, found }) => [id, found]));
  }

  async set(tx: Tx, projectId: string, profileId: string, values: Record<string, unknown>): Promise<void> {
    await execute(
      tx,
      'UPDATE profile SET attributes = attributes || $3::jsonb, updated_at = now() WHERE project_id = $1 AND id = $2',
      [projectId, profileId, JSON.stringify(values)],
    );
  }

  /** Reads what the people of a temporary table of the transaction have themselves, where that is something else. */
  async readOwn(tx: Tx, projectId: string, { name, table }: { name: string; table: string }): Promise<number> {
    return execute(
      tx,
      `UPDATE ${table} v SET own = p.attributes -> $2::text FROM profile p
       WHERE p.project_id = $1 AND p.user_id = v.user_id AND p.attributes ? $2::text
         AND p.attributes -> $2::text IS DISTINCT FROM v.value`,
      [projectId, name],
    );
  }

  /** Stores what a temporary table of the transaction holds; its name must not come from outside. */
  async store(
    tx: Tx,
    projectId: string,
    { name, table, clears }: { name: string; table: string; clears: boolean },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE ${table} v SET is_known = NOT is_known WHERE is_known IS DISTINCT FROM
         ((SELECT true FROM profile p WHERE p.project_id = $1 AND p.user_id = v.user_id LIMIT 1) IS NOT NULL)`,
      [projectId],
    );
    await execute(
      tx,
      `UPDATE profile p SET updated_at = now(),
         attributes = CASE WHEN v.value IS NULL THEN p.attributes - $2::text ELSE p.attributes || jsonb_build_object($2::text, v.value) END
       FROM ${table} v
       WHERE p.project_id = $1 AND p.user_id = v.user_id AND p.attributes -> $2::text IS DISTINCT FROM v.value
         AND ($3 OR (v.value IS NOT NULL AND NOT v.stays AND p.attributes -> $2::text IS NOT DISTINCT FROM v.own))`,
      [projectId, name, clears],
    );
  }
}
