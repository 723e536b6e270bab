import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Category } from '../../domain/limits/category';

/** What of a category can be changed. */
export type CategoryFields = Omit<Category, 'id' | 'projectId' | 'version' | 'createdAt' | 'updatedAt'>;

const columns = `id, project_id AS "projectId", name, segment, ignores_subscription AS "ignoresSubscription",
  ignores_quiet_hours AS "ignoresQuietHours", per_day AS "perDay", per_week AS "perWeek", per_month AS "perMonth",
  cool_down_minutes AS "coolDownMinutes", version, created_at AS "createdAt", updated_at AS "updatedAt"`;
const mostUses = 100;

/** Engagement categories of projects; archived ones are gone for everybody. */
@Injectable()
export class CategoryRepository {
  /** In the order of their names. */
  list(tx: Tx, page: { projectId: string; afterName: string | null; limit: number }): Promise<Category[]> {
    return query(
      tx,
      `SELECT ${columns} FROM engagement_category
       WHERE project_id = $1 AND NOT is_archived AND ($2::text IS NULL OR name > $2) ORDER BY name LIMIT $3`,
      [page.projectId, page.afterName, page.limit],
    );
  }

  async find(tx: Tx, projectId: string, id: string): Promise<Category | null> {
    const sql = `SELECT ${columns} FROM engagement_category WHERE project_id = $1 AND id = $2 AND NOT is_archived`;
    return (await query<Category>(tx, sql, [projectId, id]))[0] ?? null;
  }

  /** Those of these ids that the project ever had: what was launched with one that is archived still follows it. */
  ever(tx: Tx, projectId: string, ids: string[]): Promise<Category[]> {
    return query(tx, `SELECT ${columns} FROM engagement_category WHERE project_id = $1 AND id = ANY($2::uuid[])`, [
      projectId,
      ids,
    ]);
  }

  /** The category, which stays as it is until `tx` ends. */
  async lock(tx: Tx, projectId: string, id: string): Promise<Category | null> {
    const sql = `SELECT ${columns} FROM engagement_category WHERE project_id = $1 AND id = $2 AND NOT is_archived FOR UPDATE`;
    return (await query<Category>(tx, sql, [projectId, id]))[0] ?? null;
  }

  async count(tx: Tx, projectId: string): Promise<number> {
    const sql = 'SELECT count(*)::int AS count FROM engagement_category WHERE project_id = $1 AND NOT is_archived';
    return (await query<{ count: number }>(tx, sql, [projectId]))[0]?.count ?? 0;
  }

  /** Null when another category of the project has the name. */
  async insert(
    tx: Tx,
    { id, projectId }: { id: string; projectId: string },
    fields: CategoryFields,
  ): Promise<Category | null> {
    const [row] = await query<Category>(
      tx,
      `INSERT INTO engagement_category (id, project_id, name, segment, ignores_subscription, ignores_quiet_hours,
         per_day, per_week, per_month, cool_down_minutes)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT (project_id, name) WHERE NOT is_archived DO NOTHING RETURNING ${columns}`,
      [id, projectId, ...valuesOf(fields)],
    );
    return row ?? null;
  }

  async isNameTaken(
    tx: Tx,
    { projectId, id, name }: { projectId: string; id: string; name: string },
  ): Promise<boolean> {
    const sql =
      'SELECT 1 FROM engagement_category WHERE project_id = $1 AND name = $3 AND id <> $2 AND NOT is_archived';
    return (await query(tx, sql, [projectId, id, name])).length > 0;
  }

  async update(
    tx: Tx,
    { id, projectId }: { id: string; projectId: string },
    fields: CategoryFields,
  ): Promise<Category | null> {
    const [row] = await query<Category>(
      tx,
      `UPDATE engagement_category SET name = $3, segment = $4, ignores_subscription = $5, ignores_quiet_hours = $6, per_day = $7,
         per_week = $8, per_month = $9, cool_down_minutes = $10, version = version + 1, updated_at = now()
       WHERE id = $1 AND project_id = $2 RETURNING ${columns}`,
      [id, projectId, ...valuesOf(fields)],
    );
    return row ?? null;
  }

  async archive(tx: Tx, projectId: string, id: string): Promise<void> {
    const sql =
      'UPDATE engagement_category SET is_archived = true, updated_at = now() WHERE project_id = $1 AND id = $2';
    await execute(tx, sql, [projectId, id]);
  }

  /** Names of campaigns of any type that use the category and are not archived; at most 100. */
  async usedBy(tx: Tx, projectId: string, id: string): Promise<string[]> {
    const rows = await query<{ name: string }>(
      tx,
      ['campaign', 'direct_campaign']
        .map(
          (table) =>
            `SELECT name FROM ${table} WHERE project_id = $1 AND status <> 'ARCHIVED' AND content->>'categoryId' = $2::text`,
        )
        .join(' UNION ALL ')
        .concat(` ORDER BY name LIMIT ${mostUses}`),
      [projectId, id],
    );
    return rows.map(({ name }) => name);
  }
}

function valuesOf(fields: CategoryFields): unknown[] {
  const { name, segment, ignoresSubscription, ignoresQuietHours, perDay, perWeek, perMonth, coolDownMinutes } = fields;
  const rules = segment === null ? null : JSON.stringify(segment);
  return [name, rules, ignoresSubscription, ignoresQuietHours, perDay, perWeek, perMonth, coolDownMinutes];
}
