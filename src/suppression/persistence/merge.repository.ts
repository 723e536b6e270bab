import { execute, query, type Tx } from '@libs/platform';
import type { ProfileMerge } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { originParameters, rulesInForce } from './exclusion-rule.repository';
import { matches } from './guard-decision.repository';

/** Which anonymous profiles turned out to be whose. */
@Injectable()
export class MergeRepository {
  /** Keeps those about which something was decided: only they are ever asked for. */
  async add(tx: Tx, projectId: string, merges: ProfileMerge[]): Promise<void> {
    await execute(
      tx,
      `INSERT INTO suppression_merge (profile_id, project_id, into_profile_id)
       SELECT m.from_id, $1, m.into_id FROM unnest($2::uuid[], $3::uuid[]) AS m(from_id, into_id)
       WHERE EXISTS (SELECT FROM guard_decision d WHERE d.project_id = $1 AND d.profile_id = m.from_id)
       ON CONFLICT ON CONSTRAINT pk_suppression_merge DO NOTHING`,
      [projectId, merges.map(({ from }) => from), merges.map(({ into }) => into)],
    );
  }

  /** Profiles that were found to be one of these. */
  async mergedInto(tx: Tx, projectId: string, profileIds: string[]): Promise<string[]> {
    const rows = await query<{ profile_id: string }>(
      tx,
      'SELECT profile_id FROM suppression_merge WHERE project_id = $1 AND into_profile_id = ANY($2::uuid[])',
      [projectId, profileIds],
    );
    return rows.map((row) => row.profile_id);
  }

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

  /** Forgets merges that are older than any proof that is kept. */
  async forget(tx: Tx, keptMonths: number): Promise<void> {
    await execute(tx, `DELETE FROM suppression_merge WHERE merged_at < now() - $1 * interval '1 month'`, [keptMonths]);
  }
}
