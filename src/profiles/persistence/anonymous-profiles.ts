import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Profiles that nobody signed in to. Each belongs to one device alone, so it goes when that device leaves. */
@Injectable()
export class AnonymousProfiles {
  /** Drops those of them that no device has, with what was gathered there. */
  async dropLeft(tx: Tx, projectId: string, profileIds: string[]): Promise<void> {
    if (profileIds.length === 0) return;
    const dropped = await query<{ id: string }>(
      tx,
      `DELETE FROM profile p WHERE project_id = $1 AND id = ANY($2::uuid[]) AND user_id IS NULL
         AND NOT EXISTS (SELECT FROM device d WHERE d.profile_id = p.id) RETURNING id`,
      [projectId, profileIds],
    );
    const ids = dropped.map(({ id }) => id);
    if (ids.length === 0) return;
    for (const table of ['behaviour', 'campaign_deed']) {
      await execute(tx, `DELETE FROM ${table} WHERE project_id = $1 AND profile_id = ANY($2::uuid[])`, [
        projectId,
        ids,
      ]);
    }
  }
}
