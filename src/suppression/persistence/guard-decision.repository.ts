import { dropPartition, partitionsBefore, query, type Tx } from '@libs/platform';
import { withoutBlanks } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { Freshness, GateOrigin, GuardOutcome } from '../domain/guard';
import type { TypedValue } from '../domain/typed-value';
import { originParameters, rulesInForce } from './exclusion-rule.repository';

/** A person as the guard looks at them. */
export interface GuardedPerson {
  profileId: string;
  userId: string | null;
  /** The user ID as values are looked up by it; null when there is none. */
  valueKey: string | null;
  /** Attributes of the profile itself, by name. They may exclude; they never clear. */
  own: Record<string, unknown>;
}

/** What a rule came to. */
export interface RuleDecision {
  profileId: string;
  attribute: string;
  dataDate: string | null;
  freshness: Freshness;
  outcome: GuardOutcome;
}

/** The proof of one decision. */
export interface GuardDecision {
  decidedAt: Date;
  profileId: string;
  userId: string | null;
  origin: string;
  executionId: string;
  medium: string | null;
  /** A rule or a list. */
  basis: 'RULE' | 'LIST';
  basisId: string;
  attribute: string | null;
  value: TypedValue | null;
  valueDate: string | null;
  ownValue: unknown;
  freshness: Freshness | null;
  dataDate: string | null;
  overrideId: string | null;
  outcome: GuardOutcome;
  detail: string | null;
}

/** Whose proofs, of which time, and how many at most. */
export interface ProofsWanted {
  projectId: string;
  userId: string;
  from: Date | null;
  until: Date;
  limit: number;
}

/** SQL: whether a value of JSON is among the `keys` of a rule `r`; rules about dates are about days. */
export const matches = (value: string) => `coalesce(CASE jsonb_typeof(${value})
  WHEN 'array' THEN EXISTS (SELECT 1 FROM jsonb_array_elements_text(${value}) AS e(item)
    WHERE lower(${withoutBlanks('e.item')}) = ANY(r.keys))
  WHEN 'number' THEN trim_scale((${value} #>> '{}')::numeric)::text = ANY(r.keys)
  ELSE CASE r.type WHEN 'DATE' THEN left(${value} #>> '{}', 10)
    ELSE lower(${withoutBlanks(`${value} #>> '{}'`)}) END = ANY(r.keys) END, false)`;

/** SQL: what was said of all customers that may be person `p`, whatever blanks are around their IDs, for a rule `r`. */
const told = `SELECT value, data_date, is_doubtful, true AS is_told_of_user FROM remembered_value
    WHERE attribute_id = r.attribute_id AND user_id = p.key
  UNION ALL
  SELECT value, data_date, is_doubtful, true FROM remembered_value
    WHERE attribute_id = r.attribute_id AND user_id <> ${withoutBlanks('user_id')} AND ${withoutBlanks('user_id')} = p.key
  UNION ALL
  SELECT value, data_date, is_doubtful, false FROM customer_value WHERE attribute_id = r.attribute_id AND user_id = p.key`;

/** SQL: what a proof shows of it comes first. */
const strictestFirst = 'excludes DESC, is_told_of_user DESC, data_date DESC';

const columns = `decided_at AS "decidedAt", profile_id AS "profileId", user_id AS "userId", origin,
  execution_id AS "executionId", medium, basis, basis_id AS "basisId", attribute, value, value_date::text AS "valueDate",
  own_value AS "ownValue", freshness, data_date::text AS "dataDate", override_id AS "overrideId", outcome, detail`;

/** Decisions of the guard, made and proven by the same statement. */
@Injectable()
export class GuardDecisionRepository {
  /** Decides for every person and rule, in the order of safety: a value that excludes, doubtful data, no value. */
  decide(tx: Tx, request: { projectId: string; origin: GateOrigin; people: GuardedPerson[] }): Promise<RuleDecision[]> {
    const { projectId, origin, people } = request;
    return query(
      tx,
      `WITH r AS MATERIALIZED (${rulesInForce}), known AS (
         SELECT p.profile_id, p.user_id, r.*, t.value, t.value_date, t.lacks_value, p.own::jsonb -> r.name AS own_value,
           CASE WHEN r.freshness <> 'FRESH' THEN r.freshness WHEN t.is_doubtful THEN 'DOUBTFUL'
             WHEN coalesce(t.oldest_date, '-infinity') < r.gap_before THEN 'DAY_MISSED'
             WHEN t.is_unheard AND r.is_partial THEN 'NOT_LOADED' ELSE 'FRESH' END AS reliance,
           t.excludes OR ${matches('(p.own::jsonb -> r.name)')} AS is_excluded
         FROM unnest($4::uuid[], $5::text[], $6::text[], $8::text[]) AS p(profile_id, user_id, own, key) CROSS JOIN r
         CROSS JOIN LATERAL (
           SELECT bool_or(is_doubtful) IS TRUE AS is_doubtful, bool_or(is_told_of_user) IS NOT TRUE AS is_unheard,
             (bool_or(is_told_of_user) AND bool_and(value IS NOT NULL)) IS NOT TRUE AS lacks_value,
             bool_or(excludes) IS TRUE AS excludes, min(data_date) AS oldest_date,
             (array_agg(value ORDER BY ${strictestFirst}))[1] AS value,
             (array_agg(data_date ORDER BY ${strictestFirst}))[1] AS value_date
           FROM (SELECT s.*, ${matches('s.value')} AS excludes FROM (${told}) AS s) AS told
         ) AS t
       )
       INSERT INTO guard_decision (project_id, profile_id, user_id, origin, execution_id, basis, basis_id, attribute, value,
         value_date, own_value, freshness, data_date, override_id, outcome)
       SELECT $1::uuid, profile_id, user_id, $2, $7::uuid, 'RULE', id, name, value, value_date, own_value, reliance, data_date,
         override_id,
         CASE WHEN is_excluded THEN 'SUPPRESSED' WHEN reliance <> 'FRESH' AND override_id IS NULL THEN 'SUPPRESSION_STALE'
           WHEN lacks_value AND when_unknown = 'EXCLUDE' THEN 'SUPPRESSED' ELSE 'ALLOWED' END
       FROM known
       RETURNING profile_id AS "profileId", attribute, data_date::text AS "dataDate", freshness, outcome`,
      [
        ...originParameters(projectId, origin),
        people.map(({ profileId }) => profileId),
        people.map(({ userId }) => userId),
        people.map(({ own }) => JSON.stringify(own)),
        origin.executionId,
        people.map(({ valueKey }) => valueKey),
      ],
    );
  }

  /** Proofs about a user ID or one of these profiles, up to an instant, newest first. */
  of(tx: Tx, wanted: ProofsWanted & { profileIds: string[] }): Promise<GuardDecision[]> {
    const newest = (person: string): string => `(SELECT ${columns} FROM guard_decision
       WHERE project_id = $1 AND ${person} AND decided_at <= $3 AND ($4::timestamptz IS NULL OR decided_at >= $4)
       ORDER BY decided_at DESC, basis, basis_id LIMIT $5)`;
    return query(
      tx,
      `SELECT * FROM (${newest('user_id = $2')} UNION ALL
         ${newest('profile_id = ANY($6::uuid[]) AND user_id IS DISTINCT FROM $2')}) AS d
       ORDER BY "decidedAt" DESC, basis, "basisId" LIMIT $5`,
      [wanted.projectId, wanted.userId, wanted.until, wanted.from, wanted.limit, wanted.profileIds],
    );
  }

  /** Profiles that this user ID had whenever something was decided, of which some may be gone by now. */
  async profilesOf(tx: Tx, projectId: string, userId: string): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      'SELECT DISTINCT profile_id AS id FROM guard_decision WHERE project_id = $1 AND user_id = $2',
      [projectId, userId],
    );
    return rows.map(({ id }) => id);
  }

  /** Makes the partitions of this month and the next three. */
  async preparePartitions(tx: Tx): Promise<void> {
    await query(
      tx,
      `SELECT ensure_guard_decision_partition(now() + m * interval '1 month') FROM generate_series(0, 3) AS m`,
    );
  }

  /** Drops one partition whose proofs are all older than this, without blocking who decides. @returns its name. */
  async dropOldest(pool: Tx, keptMonths: number): Promise<string | null> {
    const [month] = await query<{ digits: string }>(
      pool,
      `SELECT to_char((now() AT TIME ZONE 'UTC') - $1 * interval '1 month', 'YYYYMM') AS digits`,
      [keptMonths],
    );
    const [old] = await partitionsBefore(pool, 'guard_decision', month?.digits ?? '');
    if (!old) return null;
    await dropPartition(pool, 'guard_decision', old);
    return old;
  }
}
