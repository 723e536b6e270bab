import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Merges, type ProfileMerge } from '../merges';
import { ConsentRepository } from './consent.repository';

/** Profiles that nobody signed in to. Each belongs to one device alone, so it goes when that device leaves. */
@Injectable()
export class AnonymousProfiles {
  constructor(
    private readonly consent: ConsentRepository,
    private readonly merges: Merges,
  ) {}

  /**
   * Drops those of them that no device has, with what was gathered there. What keeps a person from being contacted is
   * carried over to the profile that their device has now.
   */
  async dropLeft(tx: Tx, projectId: string, moves: ProfileMerge[]): Promise<void> {
    const merges = await this.left(tx, projectId, moves);
    if (merges.length === 0) return;
    await this.consent.carryOver(tx, projectId, merges);
    await this.merges.tell(tx, projectId, merges);
    const ids = merges.map(({ from }) => from);
    await execute(tx, 'DELETE FROM profile WHERE project_id = $1 AND id = ANY($2::uuid[])', [projectId, ids]);
    for (const table of ['behaviour', 'campaign_deed']) {
      await execute(tx, `DELETE FROM ${table} WHERE project_id = $1 AND profile_id = ANY($2::uuid[])`, [
        projectId,
        ids,
      ]);
    }
  }

  private async left(tx: Tx, projectId: string, moves: ProfileMerge[]): Promise<ProfileMerge[]> {
    if (moves.length === 0) return [];
    const into = new Map(moves.map((move) => [move.from, move.into]));
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM profile p WHERE project_id = $1 AND id = ANY($2::uuid[]) AND user_id IS NULL
         AND NOT EXISTS (SELECT FROM device d WHERE d.profile_id = p.id) ORDER BY id FOR UPDATE`,
      [projectId, [...into.keys()]],
    );
    return rows.map(({ id }) => ({ from: id, into: into.get(id) ?? '' }));
  }
}
