import { newId } from '@libs/foundation';
import { execute, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { KnownDevice } from '../domain/known-device';

const uniqueViolation = '23505';

interface Owner {
  profileId: string;
  userId: string | null;
}

/**
 * Whose device it is. A user ID nobody has goes to the device's anonymous profile, with all that was gathered there;
 * one that a profile has takes the device over and the anonymous profile is dropped; none at all gives the device a
 * fresh anonymous profile and leaves the person alone.
 */
@Injectable()
export class IdentifyDevice {
  constructor(private readonly transactions: Transactions) {}

  /** @returns the id of the profile that the device belongs to from now on. */
  async identify(device: KnownDevice, userId: string): Promise<string> {
    try {
      return await this.assign(device, userId);
    } catch (error) {
      // An import made a profile of this user ID in the same instant; now it is there to be found.
      if ((error as { code?: string }).code !== uniqueViolation) throw error;
      return this.assign(device, userId);
    }
  }

  private assign({ id, projectId }: KnownDevice, userId: string): Promise<string> {
    return this.transactions.run(async (tx) => {
      const lock = `user-id:${projectId}:${userId}`;
      if (userId !== '') await query(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);
      const owner = await this.ownerOf(tx, projectId, id);
      if ((owner.userId ?? '') === userId) return owner.profileId;
      const existing = userId === '' ? null : await this.profileOf(tx, projectId, userId);
      if (!existing && userId !== '' && owner.userId === null) return this.name(tx, projectId, owner.profileId, userId);
      const profileId = existing ?? (await this.create(tx, { projectId, userId, from: owner }));
      await this.move(tx, { projectId, id, from: owner, to: profileId });
      return profileId;
    });
  }

  private async ownerOf(tx: Tx, projectId: string, deviceId: string): Promise<Owner> {
    const [owner] = await query<Owner>(
      tx,
      `SELECT p.id AS "profileId", p.user_id AS "userId" FROM device d JOIN profile p ON p.id = d.profile_id
       WHERE d.project_id = $1 AND d.id = $2 FOR UPDATE OF d`,
      [projectId, deviceId],
    );
    if (!owner) throw new Error(`Device ${deviceId} is gone`);
    return owner;
  }

  private async profileOf(tx: Tx, projectId: string, userId: string): Promise<string | null> {
    const [found] = await query<{ id: string }>(tx, 'SELECT id FROM profile WHERE project_id = $1 AND user_id = $2', [
      projectId,
      userId,
    ]);
    return found?.id ?? null;
  }

  private async name(tx: Tx, projectId: string, profileId: string, userId: string): Promise<string> {
    await execute(
      tx,
      'UPDATE profile SET user_id = $3, signed_out_from = NULL, updated_at = now() WHERE project_id = $1 AND id = $2',
      [projectId, profileId, userId],
    );
    return profileId;
  }

  /** The anonymous profile of who signed out keeps in mind who that was: exclusions still count on this device. */
  private async create(
    tx: Tx,
    { projectId, userId, from }: { projectId: string; userId: string; from: Owner },
  ): Promise<string> {
    const profileId = newId();
    await execute(
      tx,
      `INSERT INTO profile (id, project_id, user_id, signed_out_from) VALUES ($1, $2, nullif($3, ''), $4)`,
      [profileId, projectId, userId, userId === '' ? from.profileId : null],
    );
    return profileId;
  }

  /** An anonymous profile belongs to one device alone, so it goes when that device leaves. */
  private async move(
    tx: Tx,
    { projectId, id, from, to }: { projectId: string; id: string; from: Owner; to: string },
  ): Promise<void> {
    await execute(tx, 'UPDATE device SET profile_id = $3, updated_at = now() WHERE project_id = $1 AND id = $2', [
      projectId,
      id,
      to,
    ]);
    if (from.userId !== null) return;
    await execute(tx, 'DELETE FROM behaviour WHERE project_id = $1 AND profile_id = $2', [projectId, from.profileId]);
    await execute(tx, 'DELETE FROM profile WHERE project_id = $1 AND id = $2 AND user_id IS NULL', [
      projectId,
      from.profileId,
    ]);
  }
}
