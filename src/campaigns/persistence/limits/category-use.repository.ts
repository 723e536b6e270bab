import { execute, prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Category, CategoryUse } from '../../domain/limits/category';
import { onDay } from '../ledger/day-tables';

/** One message of a category: for whom, and what it is known by when it is asked for again. */
export interface UseKey {
  profileId: string;
  key: string;
}

/** A use that may have come to nothing. */
export interface ReservedUse {
  categoryId: string;
  profileId: string;
  seq: number;
}

type UseRow = Omit<CategoryUse, 'lastAt'> & { profileId: string; lastAt: Date | null };

const epoch = 'extract(epoch FROM now())::bigint';
const since = (days: number): string => `value::bigint > ${epoch} - ${days * 86_400}`;

/** What stands in a person's row from the last 30 days. */
const recent = `SELECT key, value FROM jsonb_each(u.uses) WHERE ${since(30)}`;

const giveBackSql = onDay(
  ({ recipient }) => `WITH unused AS (
    SELECT n.category_id, n.profile_id, array_agg($1::text || '/' || n.seq) AS keys
    FROM unnest($2::uuid[], $3::uuid[], $4::int[]) AS n(category_id, profile_id, seq)
    JOIN ${recipient} r ON r.execution_id = $1::uuid AND r.seq = n.seq AND r.seq BETWEEN $5 AND $6
      AND r.end_state NOT IN ('SENT', 'UNCERTAIN')
    GROUP BY n.category_id, n.profile_id
  ), locked AS MATERIALIZED (
    SELECT u.category_id, u.profile_id, unused.keys FROM engagement_use u JOIN unused USING (category_id, profile_id)
    WHERE u.uses ?| unused.keys
    ORDER BY u.category_id, u.profile_id FOR UPDATE OF u
  )
  UPDATE engagement_use u SET uses = u.uses - l.keys FROM locked l
  WHERE u.category_id = l.category_id AND u.profile_id = l.profile_id`,
);

/**
 * One row per category and person, locked by whoever reserves: two executions at once cannot both take the last place.
 * The rows are locked in the order of their keys.
 */
const reserveSql = prepared(`INSERT INTO engagement_use AS u (project_id, category_id, profile_id, uses, last_used_at)
  SELECT $1, $2, a.profile_id, jsonb_build_object(a.key, ${epoch}), now()
  FROM unnest($3::uuid[], $4::text[]) AS a(profile_id, key) ORDER BY a.profile_id
  ON CONFLICT ON CONSTRAINT pk_engagement_use DO UPDATE SET last_used_at = now(),
    uses = excluded.uses || (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM (${recent}) AS kept)
  WHERE u.uses ?| ARRAY(SELECT jsonb_object_keys(excluded.uses)) OR (
    SELECT ($5::int IS NULL OR count(*) FILTER (WHERE ${since(1)}) < $5)
      AND ($6::int IS NULL OR count(*) FILTER (WHERE ${since(7)}) < $6)
      AND ($7::int IS NULL OR count(*) < $7)
      AND ($8::int IS NULL OR coalesce(max(value::bigint) <= ${epoch} - $8 * 60, true))
    FROM (${recent}) AS kept)
  RETURNING u.profile_id AS "profileId"`);

/** How often people got messages of a category. A message counts from its claim, and no longer when nothing came of it. */
@Injectable()
export class CategoryUseRepository {
  /** Takes a place for each message until `tx` ends in a commit; one that has its place keeps it. @returns the keys with a place. */
  async reserve(tx: Tx, category: Category, wanted: UseKey[]): Promise<Set<string>> {
    const { projectId, id, perDay, perWeek, perMonth, coolDownMinutes } = category;
    const taken = new Set<string>();
    for (const round of roundsOf(wanted)) {
      const rows = await query<{ profileId: string }>(tx, reserveSql, [
        projectId,
        id,
        round.map(({ profileId }) => profileId),
        round.map(({ key }) => key),
        perDay,
        perWeek,
        perMonth,
        coolDownMinutes,
      ]);
      const keys = new Map(round.map(({ profileId, key }) => [profileId, key]));
      for (const { profileId } of rows) taken.add(keys.get(profileId) ?? '');
    }
    return taken;
  }

  /** By profile id, of those who got any within 30 days. */
  async of(tx: Tx, categoryId: string, profileIds: string[]): Promise<Map<string, CategoryUse>> {
    const rows = await query<UseRow>(
      tx,
      `SELECT u.profile_id AS "profileId", count(*) FILTER (WHERE ${since(1)})::int AS day,
         count(*) FILTER (WHERE ${since(7)})::int AS week, count(*)::int AS month, to_timestamp(max(value::bigint)) AS "lastAt"
       FROM engagement_use u CROSS JOIN LATERAL (${recent}) AS kept
       WHERE u.category_id = $1 AND u.profile_id = ANY($2::uuid[]) GROUP BY u.profile_id`,
      [categoryId, profileIds],
    );
    return new Map(rows.map(({ profileId, ...use }) => [profileId, use]));
  }

  /** Gives back the places of recipients who came to an end without a message; uncertain ones keep theirs. */
  async giveBack(tx: Tx, executionId: string, reserved: ReservedUse[]): Promise<void> {
    if (reserved.length === 0) return;
    await execute(tx, giveBackSql(executionId), [
      executionId,
      reserved.map(({ categoryId }) => categoryId),
      reserved.map(({ profileId }) => profileId),
      reserved.map(({ seq }) => seq),
      Math.min(...reserved.map(({ seq }) => seq)),
      Math.max(...reserved.map(({ seq }) => seq)),
    ]);
  }

  /** After a cancellation: places of people whose message waited for another try are free again. */
  async giveBackCancelled(tx: Tx, executionId: string): Promise<void> {
    const categories = await query<{ id: string }>(
      tx,
      `SELECT DISTINCT v.content->>'categoryId' AS id FROM execution_template t JOIN campaign_version v ON v.id = t.version_id
       WHERE t.execution_id = $1 AND v.content ? 'categoryId'`,
      [executionId],
    );
    if (categories.length === 0) return;
    await execute(
      tx,
      `WITH waited AS (
         SELECT d.profile_id, array_agg($1::text || '/' || d.seq) AS keys FROM delivery d
         JOIN recipient r ON r.execution_id = $1::uuid AND r.seq = d.seq AND r.end_state IN ('CANCELLED', 'FAILED')
         WHERE d.execution_id = $1::uuid AND d.state = 'REJECTED' GROUP BY d.profile_id
       ), locked AS MATERIALIZED (
         SELECT u.category_id, u.profile_id, w.keys FROM engagement_use u JOIN waited w ON w.profile_id = u.profile_id
         WHERE u.category_id = ANY($2::uuid[]) AND u.uses ?| w.keys ORDER BY u.category_id, u.profile_id FOR UPDATE OF u
       )
       UPDATE engagement_use u SET uses = u.uses - l.keys FROM locked l
       WHERE u.category_id = l.category_id AND u.profile_id = l.profile_id`,
      [executionId, categories.map(({ id }) => id)],
    );
  }

  /** Drops what is too old to count. @returns how many people's. */
  forget(tx: Tx, limit: number): Promise<number> {
    return execute(
      tx,
      `DELETE FROM engagement_use WHERE (category_id, profile_id) IN (
         SELECT category_id, profile_id FROM engagement_use WHERE last_used_at < now() - interval '31 days' LIMIT $1
         FOR UPDATE SKIP LOCKED)`,
      [limit],
    );
  }
}

/** Each person once in a round: a statement cannot touch a row twice. */
function roundsOf(wanted: UseKey[]): UseKey[][] {
  const rounds: UseKey[][] = [];
  const seen = new Map<string, number>();
  for (const use of wanted) {
    const nth = seen.get(use.profileId) ?? 0;
    seen.set(use.profileId, nth + 1);
    rounds[nth] = [...(rounds[nth] ?? []), use];
  }
  return rounds;
}
