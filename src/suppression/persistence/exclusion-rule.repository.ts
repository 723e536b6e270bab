import { newId } from '@libs/foundation';
import { execute, type GaugeValue, prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { GateOrigin, RuleInForce, UnknownMeaning } from '../domain/guard';
import type { TypedValue } from '../domain/typed-value';

/** Which values of an attribute exclude, what no value means, and how old data may be. */
export interface ExclusionRule {
  id: string;
  projectId: string;
  connectionId: string;
  attributeId: string;
  excludingValues: TypedValue[];
  whenUnknown: UnknownMeaning;
  maximumAgeHours: number;
  version: number;
  createdAt: Date;
}

/** A rule as it is written. */
export type RuleContent = Pick<ExclusionRule, 'excludingValues' | 'whenUnknown' | 'maximumAgeHours'> & {
  excludingKeys: string[];
};

const columns = `id, project_id AS "projectId", connection_id AS "connectionId", attribute_id AS "attributeId",
  excluding_values AS "excludingValues", when_unknown AS "whenUnknown", maximum_age_hours AS "maximumAgeHours", version,
  created_at AS "createdAt"`;

/** What excludes, as PostgreSQL writes it: lower case differs between locales, and numbers have one text only there. */
const keys = `ARRAY(
    SELECT lower(k) FROM unnest(r.excluding_keys) AS k UNION
    SELECT lower(btrim(item)) FROM jsonb_array_elements(r.excluding_values) AS e(value),
      jsonb_array_elements_text(CASE jsonb_typeof(e.value) WHEN 'array' THEN e.value ELSE jsonb_build_array(e.value) END) AS item)`;

/** SQL: how far the data of a rule `r` can be relied on, those of an attribute `a` of a connection `c`. */
const freshness = `CASE WHEN a.state IN ('STOPPED', 'FAILED') THEN a.state
    WHEN (c.user_id_attribute, c.account_id) IS DISTINCT FROM (a.keyed_by, a.account_id) THEN 'FAILED' WHEN a.data_date IS NULL THEN 'NEVER_SYNCED'
    WHEN now() - a.data_as_of > r.maximum_age_hours * interval '1 hour' THEN 'TOO_OLD' ELSE 'FRESH' END`;

/** Rules that count for a request: $1 project, $2 kind of origin, $3 connection of an Optimove execution. */
export const rulesInForce = `
  SELECT r.id, r.attribute_id, ${keys} AS keys, r.when_unknown, a.name, a.type, a.data_date, a.gap_before, a.state_reason,
    a.is_gap_open, a.complete_date IS NULL AND r.when_unknown = 'ALLOW' AS is_partial,
    ${freshness} AS freshness,
    (SELECT o.id FROM guard_override o WHERE o.project_id = $1 AND o.rule_id = r.id AND o.revoked_at IS NULL
       AND o.expires_at > now() ORDER BY o.id DESC LIMIT 1) AS override_id
  FROM exclusion_rule r JOIN suppression_attribute a ON a.id = r.attribute_id
  LEFT JOIN connection c ON c.id = r.connection_id LEFT JOIN suppression_feed f ON f.connection_id = r.connection_id
  WHERE r.project_id = $1 AND ($2 = 'DIRECT' OR (r.connection_id = $3::uuid AND f.guards_optimove))`;

/** The parameters of {@link rulesInForce}. */
export function originParameters(projectId: string, origin: GateOrigin): [string, string, string | null] {
  return [projectId, origin.kind, origin.kind === 'OPTIMOVE' ? origin.connectionId : null];
}

/** Exclusion rules of a project. */
@Injectable()
export class ExclusionRuleRepository {
  /** Rules that count for this origin, as they stand now; a day that was missed counts until it is made good. */
  inForce(tx: Tx, projectId: string, origin: GateOrigin): Promise<RuleInForce[]> {
    return query(
      tx,
      prepared(`SELECT id, name AS attribute, data_date::text AS "dataDate", state_reason AS "stateReason",
         CASE WHEN freshness = 'FRESH' AND is_gap_open THEN 'DAY_MISSED' ELSE freshness END AS freshness,
         is_partial AS "isPartial", override_id AS "overrideId" FROM (${rulesInForce}) AS rules ORDER BY name, id`),
      originParameters(projectId, origin),
    );
  }

  /** How many rules, of all projects, cannot be relied on as they stand now, with an override or without. */
  async unreliable(tx: Tx): Promise<GaugeValue<never>[]> {
    const [row] = await query<{ rules: number }>(
      tx,
      `SELECT count(*)::int AS rules FROM exclusion_rule r JOIN suppression_attribute a ON a.id = r.attribute_id
       LEFT JOIN connection c ON c.id = r.connection_id WHERE a.is_gap_open OR ${freshness} <> 'FRESH'`,
    );
    return [{ labels: {}, value: row?.rules ?? 0 }];
  }

  /** Whether no rule counts for Optimove's executions over the connection, though rules do over another one of the project. */
  async isLeftOut(tx: Tx, projectId: string, connectionId: string): Promise<boolean> {
    const [row] = await query<{ isLeftOut: boolean }>(
      tx,
      `SELECT coalesce(bool_and(r.connection_id <> $2), false) AS "isLeftOut" FROM exclusion_rule r
       JOIN suppression_feed f ON f.connection_id = r.connection_id AND f.guards_optimove WHERE r.project_id = $1`,
      [projectId, connectionId],
    );
    return row?.isLeftOut ?? false;
  }

  list(tx: Tx, projectId: string, connectionId: string): Promise<ExclusionRule[]> {
    return query(tx, `SELECT ${columns} FROM exclusion_rule WHERE project_id = $1 AND connection_id = $2 ORDER BY id`, [
      projectId,
      connectionId,
    ]);
  }

  async find(tx: Tx, projectId: string, id: string): Promise<ExclusionRule | null> {
    const rows = await query<ExclusionRule>(
      tx,
      `SELECT ${columns} FROM exclusion_rule WHERE project_id = $1 AND id = $2 FOR UPDATE`,
      [projectId, id],
    );
    return rows[0] ?? null;
  }

  async ofAttribute(tx: Tx, projectId: string, attributeId: string): Promise<ExclusionRule | null> {
    const rows = await query<ExclusionRule>(
      tx,
      `SELECT ${columns} FROM exclusion_rule WHERE project_id = $1 AND attribute_id = $2`,
      [projectId, attributeId],
    );
    return rows[0] ?? null;
  }

  async add(
    tx: Tx,
    attribute: { projectId: string; connectionId: string; id: string },
    rule: RuleContent,
  ): Promise<string> {
    const id = newId();
    await execute(
      tx,
      `INSERT INTO exclusion_rule (id, project_id, connection_id, attribute_id, excluding_values, excluding_keys,
         when_unknown, maximum_age_hours) VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8)`,
      [id, attribute.projectId, attribute.connectionId, attribute.id, ...contentOf(rule)],
    );
    return id;
  }

  async change(tx: Tx, { projectId, id }: { projectId: string; id: string }, rule: RuleContent): Promise<void> {
    await execute(
      tx,
      `UPDATE exclusion_rule SET excluding_values = $3::jsonb, excluding_keys = $4, when_unknown = $5,
         maximum_age_hours = $6, version = version + 1, updated_at = now() WHERE project_id = $1 AND id = $2`,
      [projectId, id, ...contentOf(rule)],
    );
  }

  async remove(tx: Tx, projectId: string, id: string): Promise<void> {
    await execute(tx, 'DELETE FROM exclusion_rule WHERE project_id = $1 AND id = $2', [projectId, id]);
  }
}

function contentOf({ excludingValues, excludingKeys, whenUnknown, maximumAgeHours }: RuleContent): unknown[] {
  return [JSON.stringify(excludingValues), excludingKeys, whenUnknown, maximumAgeHours];
}
