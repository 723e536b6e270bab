import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { TypedValue } from '../domain/typed-value';
import { originParameters, rulesInForce } from './exclusion-rule.repository';
import { matches } from './guard-decision.repository';

/** What the exclusion rules of a project say of values, those that profiles have themselves among them. */
@Injectable()
export class OwnExclusionRepository {
  /** Names of the attributes that rules of the project look at. */
  async ruleAttributes(tx: Tx, projectId: string): Promise<string[]> {
    const rows = await query<{ name: string }>(
      tx,
      `SELECT DISTINCT a.name FROM exclusion_rule r JOIN suppression_attribute a ON a.id = r.attribute_id
       WHERE r.project_id = $1 ORDER BY a.name`,
      [projectId],
    );
    return rows.map(({ name }) => name);
  }

  /**
   * Marks in a temporary table of values, with the `own` ones of people and when they were `said`, whose own value stays. It
   * was said after the day of the data was over, unless the new value excludes by a rule of the project and it does not; or
   * the new values do not clear, and it excludes and is not what Optimove said of the person before.
   */
  async keepOwn(
    tx: Tx,
    target: { projectId: string; attributeId: string; name: string; clears: boolean; dataDate: string | null },
    table: string,
  ): Promise<void> {
    const { projectId, attributeId, name, clears, dataDate } = target;
    const excludes = (value: string): string => `EXISTS (SELECT 1 FROM r WHERE ${matches(value)})`;
    await execute(
      tx,
      `WITH r AS MATERIALIZED (SELECT * FROM (${rulesInForce}) AS rules WHERE name = $4), day AS MATERIALIZED (
         SELECT ($6::date + 1)::timestamp AT TIME ZONE c.time_zone AS ended_at
         FROM suppression_attribute a JOIN connection c ON c.id = a.connection_id WHERE a.id = $5)
       UPDATE ${table} v SET stays = true
       WHERE v.own IS NOT NULL AND (
         ((v.said #>> '{}')::timestamptz >= (SELECT ended_at FROM day)
           AND (${excludes('v.own')} OR NOT ${excludes('v.value')}))
         OR (NOT $7::boolean AND ${excludes('v.own')} AND v.own IS DISTINCT FROM
           (SELECT value FROM remembered_value WHERE attribute_id = $5 AND user_id = v.user_id)))`,
      [...originParameters(projectId, { kind: 'DIRECT', executionId: '' }), ...[name, attributeId, dataDate, clears]],
    );
  }

  /** Takes out of a temporary table of values of a day those of whom something was said since an instant, unless they exclude. */
  async keepSaidSince(
    tx: Tx,
    target: { projectId: string; attributeId: string; name: string; dataDate: string; askedAt: Date },
    table: string,
  ): Promise<void> {
    const { projectId, attributeId, name, dataDate, askedAt } = target;
    await execute(
      tx,
      `WITH r AS MATERIALIZED (SELECT * FROM (${rulesInForce}) AS rules WHERE name = $4)
       DELETE FROM ${table} v USING remembered_value k
       WHERE k.attribute_id = $5 AND k.user_id = v.user_id AND k.data_date = $6::date AND k.heard_at >= $7
         AND NOT EXISTS (SELECT 1 FROM r WHERE ${matches('v.value')})`,
      [...originParameters(projectId, { kind: 'DIRECT', executionId: '' }), ...[name, attributeId, dataDate, askedAt]],
    );
  }

  /** Which of these values exclude by a rule of the project, as `profileId name`. */
  async excluding(tx: Tx, projectId: string, values: Map<string, Record<string, unknown>>): Promise<Set<string>> {
    const rows = await query<{ key: string }>(
      tx,
      `WITH r AS MATERIALIZED (${rulesInForce})
       SELECT p.profile_id || ' ' || r.name AS key
       FROM unnest($4::uuid[], $5::text[]) AS p(profile_id, own) JOIN r ON p.own::jsonb ? r.name
       WHERE ${matches('(p.own::jsonb -> r.name)')}`,
      [
        ...originParameters(projectId, { kind: 'DIRECT', executionId: '' }),
        [...values.keys()],
        [...values.values()].map((own) => JSON.stringify(own)),
      ],
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** Which of these values of an attribute exclude, as JSON; no value does where a rule takes the unknown for excluded. */
  async among(
    tx: Tx,
    { projectId, attributeId }: { projectId: string; attributeId: string },
    values: (TypedValue | null)[],
  ): Promise<Set<string>> {
    const rows = await query<{ text: string }>(
      tx,
      `WITH r AS MATERIALIZED (${rulesInForce})
       SELECT DISTINCT text FROM unnest($4::text[]) AS g(text) JOIN r ON r.attribute_id = $5
       WHERE ${matches('text::jsonb')} OR (text = 'null' AND r.when_unknown = 'EXCLUDE')`,
      [
        ...originParameters(projectId, { kind: 'DIRECT', executionId: '' }),
        values.map((value) => JSON.stringify(value)),
        attributeId,
      ],
    );
    return new Set(rows.map(({ text }) => text));
  }
}
