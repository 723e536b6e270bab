import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { originParameters, rulesInForce } from './exclusion-rule.repository';
import { matches } from './guard-decision.repository';

/** What the exclusion rules of a project say of values that profiles have themselves. */
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
}
