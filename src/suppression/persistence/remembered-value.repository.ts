import { copyIn, execute, query, type Tx } from '@libs/platform';
import { ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import type { TypedValue } from '../domain/typed-value';
import { OwnExclusionRepository } from './own-exclusion.repository';

/** To what values belong. */
export interface ValueTarget {
  projectId: string;
  attributeId: string;
  name: string;
  dataDate: string;
  /** Null outside of a run, where nothing is counted. */
  runId: string | null;
  /** Whether newer values may be there already; they stay. */
  mayBeOld: boolean;
  /** Whether no value takes an earlier one away. */
  clears: boolean;
  /** When a list was asked for: what was said since then stays, unless the list excludes. */
  askedAt?: Date;
}

/** Values by user ID; null: the customer has none. */
export type Values = Map<string, TypedValue | null>;

const table = 'incoming_value';
const columns = `user_id text NOT NULL, value jsonb, is_known boolean NOT NULL DEFAULT true, own jsonb,
  said jsonb, stays boolean NOT NULL DEFAULT false`;

/**
 * What Optimove said of each customer, by user ID, whether we know the person or not: whoever appears later is found
 * here by the gate. What others write to a profile's attribute cannot change it.
 */
@Injectable()
export class RememberedValueRepository {
  constructor(
    private readonly profiles: ProfilesService,
    private readonly own: OwnExclusionRepository,
  ) {}

  /** Applies values to what is remembered and to the profiles. Doing it again changes nothing. */
  async apply(tx: Tx, target: ValueTarget, values: Values): Promise<void> {
    if (values.size === 0) return;
    await query(tx, `CREATE TEMP TABLE ${table} (${columns}) ON COMMIT DROP`);
    await copyIn(tx, `${table} (user_id, value)`, rowsOf(values));
    if (target.mayBeOld) await this.keepNewer(tx, target);
    if (target.askedAt) await this.own.keepSaidSince(tx, { ...target, askedAt: target.askedAt }, table);
    if (!target.clears) await this.keepValues(tx, target);
    await this.store(tx, target);
    await this.remember(tx, target);
    await query(tx, `DROP TABLE ${table}`);
  }

  /** What the run said before of these user IDs, where it is something else, or nobody relies on it already. */
  toldOtherwise(
    tx: Tx,
    { attributeId, runId }: ValueTarget,
    values: Values,
  ): Promise<{ userId: string; value: TypedValue | null }[]> {
    return query(
      tx,
      `SELECT r.user_id AS "userId", r.value FROM remembered_value r
       JOIN unnest($3::text[], $4::text[]) AS v(user_id, value) USING (user_id)
       WHERE r.attribute_id = $1 AND r.run_id = $2 AND (r.is_doubtful OR r.value IS DISTINCT FROM v.value::jsonb)`,
      [attributeId, runId, [...values.keys()], [...values.values()].map(toJson)],
    );
  }

  /** What was said of these customers cannot be read: until it can be, nobody relies on what was said before. What is newer stays. */
  async doubt(tx: Tx, { projectId, attributeId, dataDate }: ValueTarget, userIds: string[]): Promise<void> {
    if (userIds.length === 0) return;
    await execute(
      tx,
      `INSERT INTO remembered_value AS r (project_id, attribute_id, user_id, data_date, is_known, is_doubtful)
       SELECT DISTINCT $1::uuid, $2::uuid, user_id, $3::date, true, true FROM unnest($4::text[]) AS u(user_id) ORDER BY user_id
       ON CONFLICT ON CONSTRAINT pk_remembered_value DO UPDATE SET is_doubtful = true, heard_at = clock_timestamp(),
         data_date = excluded.data_date
       WHERE r.data_date <= excluded.data_date`,
      [projectId, attributeId, dataDate, userIds],
    );
  }

  /**
   * A complete list is applied: who is not on it has no value. What somebody said while it was loaded stays, whoever it
   * was. At most `limit` people; @returns how many.
   */
  async clearAbsent(tx: Tx, target: ValueTarget, limit: number): Promise<number> {
    const rows = await query<{ user_id: string }>(
      tx,
      `UPDATE remembered_value r SET value = NULL, is_doubtful = false, data_date = $3, run_id = $4, is_listed = false,
         own_stays = false, change = CASE WHEN value IS NULL THEN 'UNCHANGED' ELSE 'CLEARED' END
       WHERE (attribute_id, user_id) IN (
         SELECT attribute_id, user_id FROM remembered_value
         WHERE attribute_id = $2 AND project_id = $1 AND data_date <= $3::date AND run_id IS DISTINCT FROM $4
           AND heard_at < (SELECT started_at FROM suppression_sync_run WHERE id = $4)
           AND (value IS NOT NULL OR is_doubtful) ORDER BY user_id LIMIT $5 FOR UPDATE)
       RETURNING user_id`,
      [target.projectId, target.attributeId, target.dataDate, target.runId, limit],
    );
    if (rows.length === 0) return 0;
    await query(tx, `CREATE TEMP TABLE ${table} (${columns}) ON COMMIT DROP`);
    await copyIn(
      tx,
      `${table} (user_id)`,
      rows.map((row) => [row.user_id]),
    );
    await this.store(tx, target);
    await execute(
      tx,
      `UPDATE remembered_value r SET own_stays = true FROM ${table} v
       WHERE r.attribute_id = $1 AND r.user_id = v.user_id AND v.stays`,
      [target.attributeId],
    );
    await query(tx, `DROP TABLE ${table}`);
    return rows.length;
  }

  /** Writes what was remembered of strangers to the profiles that have appeared since; no value leaves what they have. */
  async adopt(tx: Tx, target: Pick<ValueTarget, 'projectId' | 'attributeId' | 'name'>): Promise<void> {
    const { attributeId } = target;
    await query(tx, `CREATE TEMP TABLE ${table} (${columns}) ON COMMIT DROP`);
    await execute(
      tx,
      `INSERT INTO ${table} (user_id, value, is_known)
       SELECT user_id, value, is_known FROM remembered_value WHERE attribute_id = $1 AND NOT is_known`,
      [attributeId],
    );
    await this.store(tx, { ...target, clears: false, dataDate: null });
    await execute(
      tx,
      `UPDATE remembered_value r SET is_known = true FROM ${table} v
       WHERE r.attribute_id = $1 AND r.user_id = v.user_id AND v.is_known`,
      [attributeId],
    );
    await query(tx, `DROP TABLE ${table}`);
  }

  /** Writes the values to the profiles, but for what others said there and stays. Without a data date none is older. */
  private async store(
    tx: Tx,
    target: Pick<ValueTarget, 'projectId' | 'attributeId' | 'name' | 'clears'> & { dataDate: string | null },
  ): Promise<void> {
    const { projectId, name, clears } = target;
    const differing = await this.profiles.readOwnAttribute(tx, projectId, { name, table, isTimed: clears });
    if (differing > 0) await this.own.keepOwn(tx, target, table);
    await this.profiles.storeAttribute(tx, projectId, { name, table, clears });
  }

  private async keepNewer(tx: Tx, { attributeId, dataDate }: ValueTarget): Promise<void> {
    await execute(
      tx,
      `DELETE FROM ${table} v USING remembered_value r
       WHERE r.attribute_id = $1 AND r.user_id = v.user_id AND r.data_date > $2::date`,
      [attributeId, dataDate],
    );
  }

  private async keepValues(tx: Tx, { attributeId }: ValueTarget): Promise<void> {
    await execute(
      tx,
      `DELETE FROM ${table} v USING remembered_value r
       WHERE r.attribute_id = $1 AND r.user_id = v.user_id AND v.value IS NULL AND (r.value IS NOT NULL OR r.is_doubtful)`,
      [attributeId],
    );
  }

  private async remember(tx: Tx, { projectId, attributeId, dataDate, runId }: ValueTarget): Promise<void> {
    await execute(
      tx,
      `INSERT INTO remembered_value AS r (project_id, attribute_id, user_id, value, data_date, is_known, own_stays, run_id, change)
       SELECT $1::uuid, $2::uuid, user_id, value, $3::date, is_known, stays, $4::uuid,
         CASE WHEN value IS NULL THEN 'UNCHANGED' ELSE 'ADDED' END
       FROM ${table} ORDER BY user_id
       ON CONFLICT ON CONSTRAINT pk_remembered_value DO UPDATE SET value = excluded.value, data_date = excluded.data_date,
         is_known = excluded.is_known, own_stays = excluded.own_stays, is_doubtful = false, is_listed = true, heard_at = clock_timestamp(),
         run_id = coalesce(excluded.run_id, r.run_id),
         change = CASE WHEN coalesce(excluded.run_id, r.run_id) IS NOT DISTINCT FROM r.run_id THEN r.change
           WHEN r.value IS NOT DISTINCT FROM excluded.value THEN 'UNCHANGED'
           WHEN excluded.value IS NULL THEN 'CLEARED' WHEN r.value IS NULL THEN 'ADDED' ELSE 'CHANGED' END
       WHERE r.data_date <= excluded.data_date`,
      [projectId, attributeId, dataDate, runId],
    );
  }
}

/** In the order of user IDs, each made when it is written. */
function* rowsOf(values: Values): Generator<[string, string | null]> {
  for (const userId of [...values.keys()].sort()) {
    const value = values.get(userId) ?? null;
    yield [userId, toJson(value)];
  }
}

function toJson(value: TypedValue | null): string | null {
  return value === null ? null : JSON.stringify(value);
}
