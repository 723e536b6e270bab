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

  /** When the values that are timed were said, by profile id. */
  async times(tx: Tx, projectId: string, profileIds: string[]): Promise<Map<string, Record<string, string>>> {
    const rows = await query<{ id: string; times: Record<string, string> }>(
      tx,
      `SELECT id, attributes_said_at AS times FROM profile
       WHERE project_id = $1 AND id = ANY($2::uuid[]) AND attributes_said_at IS NOT NULL`,
      [projectId, profileIds],
    );
    return new Map(rows.map(({ id, times }) => [id, times]));
  }

  /** Writes values of one profile to another one, as said when they were said. */
  async carry(
    tx: Tx,
    projectId: string,
    { from, into, names }: { from: string; into: string; names: string[] },
  ): Promise<void> {
    const carried = (column: string): string =>
      `coalesce((SELECT jsonb_object_agg(n, f.${column} -> n) FROM unnest($4::text[]) AS n WHERE f.${column} ? n), '{}')`;
    await execute(
      tx,
      `UPDATE profile i SET updated_at = now(), attributes = i.attributes || ${carried('attributes')},
         attributes_said_at = nullif((coalesce(i.attributes_said_at, '{}') - $4::text[]) || ${carried('attributes_said_at')}, '{}')
       FROM profile f WHERE i.project_id = $1 AND i.id = $3 AND f.project_id = $1 AND f.id = $2`,
      [projectId, from, into, names],
    );
  }

  /**
   * Reads what the people of a temporary table of the transaction have themselves, where that is something else, and when
   * it was said; `isTimed`: only where that is known.
   */
  async readOwn(
    tx: Tx,
    projectId: string,
    { name, table, isTimed }: { name: string; table: string; isTimed: boolean },
  ): Promise<number> {
    const timed = 'AND p.attributes_said_at IS NOT NULL AND p.attributes_said_at ? $2::text';
    return execute(
      tx,
      `UPDATE ${table} v SET own = p.attributes -> $2::text, said = p.attributes_said_at -> $2::text FROM profile p
       WHERE p.project_id = $1 AND p.user_id = v.user_id AND p.attributes ? $2::text
         AND p.attributes -> $2::text IS DISTINCT FROM v.value ${isTimed ? timed : ''}`,
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
         attributes = CASE WHEN v.value IS NULL THEN p.attributes - $2::text ELSE p.attributes || jsonb_build_object($2::text, v.value) END,
         attributes_said_at = nullif(p.attributes_said_at - $2::text, '{}')
       FROM ${table} v
       WHERE p.project_id = $1 AND p.user_id = v.user_id AND p.attributes -> $2::text IS DISTINCT FROM v.value AND NOT v.stays
         AND CASE WHEN p.attributes ? $2::text THEN p.attributes_said_at -> $2::text END IS NOT DISTINCT FROM v.said
         AND ($3 OR (v.value IS NOT NULL AND p.attributes -> $2::text IS NOT DISTINCT FROM v.own))`,
      [projectId, name, clears],
    );
  }
}
