import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { AttributeTarget, AttributeType } from '../domain/attribute';

/** Stored values of an attribute that are being changed, page after page. */
export interface AttributeWork {
  id: string;
  projectId: string;
  taskId: string;
  name: string;
  target: AttributeTarget;
  /** What the values become; null when they are removed. */
  toType: AttributeType | null;
  afterId: string | null;
}

/** A value and on whose profile or device it is. */
export interface StoredValue {
  id: string;
  value: unknown;
  /** The value as the database writes it, to the last digit. */
  written: string;
}

const columns = `id, project_id AS "projectId", task_id AS "taskId", name, target, to_type AS "toType", after_id AS "afterId"`;
const tableOf = (target: AttributeTarget): string => (target === 'DEVICE' ? 'device' : 'profile');

/** Work on stored values, and the values themselves. */
@Injectable()
export class AttributeWorkRepository {
  async add(tx: Tx, work: Omit<AttributeWork, 'afterId'>): Promise<void> {
    await query(
      tx,
      'INSERT INTO attribute_work (id, project_id, task_id, name, target, to_type) VALUES ($1, $2, $3, $4, $5, $6)',
      [work.id, work.projectId, work.taskId, work.name, work.target, work.toType],
    );
  }

  /** Whether values under a name are being changed. */
  async isOpen(tx: Tx, projectId: string, name: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM attribute_work WHERE project_id = $1 AND name = $2 AND finished_at IS NULL';
    return (await query(tx, sql, [projectId, name])).length > 0;
  }

  /** Takes work by its id alone, as a job has it, and holds it until `tx` ends; null when it has ended or is held. */
  async take(tx: Tx, id: string): Promise<AttributeWork | null> {
    const sql = `SELECT ${columns} FROM attribute_work WHERE id = $1 AND finished_at IS NULL FOR UPDATE SKIP LOCKED`;
    const [work] = await query<AttributeWork>(tx, sql, [id]);
    return work ?? null;
  }

  /** Work that began a while ago and that nobody holds. */
  async waiting(tx: Tx): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM attribute_work WHERE finished_at IS NULL AND started_at < now() - interval '1 minute'
       LIMIT 100 FOR UPDATE SKIP LOCKED`,
    );
    return rows.map(({ id }) => id);
  }

  /** Remembers where the next page begins; without one the work is finished. */
  async advance(tx: Tx, id: string, next: string | null): Promise<void> {
    await execute(
      tx,
      `UPDATE attribute_work SET after_id = coalesce($2, after_id), finished_at = CASE WHEN $2::uuid IS NULL THEN now() END
       WHERE id = $1`,
      [id, next],
    );
  }

  /** The next values under a name, in the order of ids. */
  values(
    tx: Tx,
    { projectId, name, target }: { projectId: string; name: string; target: AttributeTarget },
    page: { after: string | null; limit: number },
  ): Promise<StoredValue[]> {
    return query(
      tx,
      `SELECT id, attributes -> $2::text AS value, (attributes -> $2::text)::text AS written FROM ${tableOf(target)}
       WHERE project_id = $1 AND ($3::uuid IS NULL OR id > $3) AND attributes ? $2::text ORDER BY id LIMIT $4`,
      [projectId, name, page.after, page.limit],
    );
  }

  /** Puts values in the place of those that were read; one that somebody changed meanwhile stays. */
  async replace(tx: Tx, work: AttributeWork, changed: { id: string; before: string; after: unknown }[]): Promise<void> {
    const table = tableOf(work.target);
    await execute(
      tx,
      `UPDATE ${table} t SET attributes = t.attributes || jsonb_build_object($2::text, v.after), updated_at = now()
       FROM unnest($3::uuid[], $4::text[], $5::jsonb[]) AS v(id, before, after)
       WHERE t.project_id = $1 AND t.id = v.id AND (t.attributes -> $2::text)::text = v.before`,
      [
        work.projectId,
        work.name,
        changed.map(({ id }) => id),
        changed.map(({ before }) => before),
        changed.map(({ after }) => JSON.stringify(after)),
      ],
    );
  }

  async remove(tx: Tx, work: AttributeWork, ids: string[]): Promise<void> {
    await execute(
      tx,
      `UPDATE ${tableOf(work.target)} SET attributes = attributes - $2::text, updated_at = now()
       WHERE project_id = $1 AND id = ANY($3::uuid[])`,
      [work.projectId, work.name, ids],
    );
  }
}
