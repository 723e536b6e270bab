import { execute, query, type Tx } from '@libs/platform';
import type { ProfileMerge } from '@modules/profiles';
import { Injectable } from '@nestjs/common';

/** SQL: `profile_id` of those that became one of these over however many steps; $1 is the project. */
export const mergedInto = (profileIds: string): string => `WITH RECURSIVE merged AS (
    SELECT profile_id FROM suppression_merge WHERE project_id = $1 AND into_profile_id = ANY(${profileIds})
    UNION
    SELECT m.profile_id FROM merged JOIN suppression_merge m ON m.project_id = $1 AND m.into_profile_id = merged.profile_id
  ) SELECT profile_id FROM merged`;

/** Which anonymous profiles turned out to be whose. */
@Injectable()
export class MergeRepository {
  /** Keeps them, also those about which nothing is decided yet: a decision may be on its way, or an earlier merge lead there. */
  async add(tx: Tx, projectId: string, merges: ProfileMerge[]): Promise<void> {
    await execute(
      tx,
      `INSERT INTO suppression_merge (profile_id, project_id, into_profile_id)
       SELECT m.from_id, $1, m.into_id FROM unnest($2::uuid[], $3::uuid[]) AS m(from_id, into_id)
       ON CONFLICT ON CONSTRAINT pk_suppression_merge DO NOTHING`,
      [projectId, merges.map(({ from }) => from), merges.map(({ into }) => into)],
    );
  }

  /** Profiles that were found to be one of these, over however many steps. */
  async mergedInto(tx: Tx, projectId: string, profileIds: string[]): Promise<string[]> {
    const rows = await query<{ profile_id: string }>(tx, mergedInto('$2::uuid[]'), [projectId, profileIds]);
    return rows.map((row) => row.profile_id);
  }

  /** Forgets merges that are older than any proof that is kept. */
  async forget(tx: Tx, keptMonths: number): Promise<void> {
    await execute(tx, `DELETE FROM suppression_merge WHERE merged_at < now() - $1 * interval '1 month'`, [keptMonths]);
  }
}
