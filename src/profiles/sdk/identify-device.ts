import { newId } from '@libs/foundation';
import { execute, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { KnownDevice } from '../domain/known-device';
import { againAfterClash } from '../persistence/again-after-clash';
import { AnonymousProfiles } from '../persistence/anonymous-profiles';
import { AppEntity } from '../persistence/app.entity';
import { rememberedWith } from '../persistence/signed-in-from';
import { RegistrationBudget } from './registration-budget';
import { lockedOwner } from './store-attributes';

interface Owner {
  profileId: string;
  userId: string | null;
}

/**
 * Whose device it is. A user ID nobody has goes to the device's anonymous profile, with all that was gathered there;
 * one that a profile has takes the device over and the anonymous profile is dropped but for what excludes its person; none at all gives the device a
 * fresh anonymous profile and leaves the person alone.
 */
@Injectable()
export class IdentifyDevice {
  constructor(
    private readonly transactions: Transactions,
    private readonly anonymous: AnonymousProfiles,
    private readonly budget: RegistrationBudget,
  ) {}

  /**
   * @param address where the call came from; null when that is not known for sure.
   * @returns the id of the profile that the device belongs to from now on.
   * @throws {RegistrationLimitError} for a user ID that nobody has, when the app takes no more newcomers for now.
   */
  async identify(
    device: KnownDevice,
    { userId, address }: { userId: string; address: string | null },
  ): Promise<string> {
    const known = await againAfterClash(() => this.assign(device, { userId, mayBeNew: userId === '' }));
    if (known !== null) return known;
    const { projectId, appId } = device;
    await this.budget.spend(await this.transactions.pool.findOneByOrFail(AppEntity, { projectId, id: appId }), address);
    return (await againAfterClash(() => this.assign(device, { userId, mayBeNew: true }))) as string;
  }

  /** @returns null, and nothing is changed, when nobody has the user ID and it may not be new. */
  private assign(
    { id, projectId }: KnownDevice,
    { userId, mayBeNew }: { userId: string; mayBeNew: boolean },
  ): Promise<string | null> {
    return this.transactions.run(async (tx) => {
      if (userId !== '') await holdUserId(tx, projectId, userId);
      const owner = await this.ownerOf(tx, projectId, id);
      if ((owner.userId ?? '') === userId) return owner.profileId;
      const existing = userId === '' ? null : await this.profileOf(tx, projectId, userId);
      if (!existing && !mayBeNew) return null;
      if (!existing && userId !== '' && owner.userId === null) return this.name(tx, projectId, owner.profileId, userId);
      const profileId = existing ?? (await this.create(tx, { projectId, userId, from: owner }));
      await this.move(tx, { projectId, id, from: owner, to: profileId });
      return profileId;
    });
  }

  private async ownerOf(tx: Tx, projectId: string, deviceId: string): Promise<Owner> {
    const profileId = await lockedOwner(tx, projectId, deviceId);
    const sql = 'SELECT user_id AS "userId" FROM profile WHERE project_id = $1 AND id = $2';
    const [profile] = await query<{ userId: string | null }>(tx, sql, [projectId, profileId]);
    return { profileId, userId: profile?.userId ?? null };
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
    const isAnonymous = from.userId === null;
    const remembered = isAnonymous ? rememberedWith('d.profile_id') : 'd.signed_in_from';
    await execute(
      tx,
      `UPDATE device d SET profile_id = $3, signed_in_from = ${remembered}, updated_at = now()
       WHERE project_id = $1 AND id = $2`,
      [projectId, id, to],
    );
    if (isAnonymous) await this.anonymous.dropLeft(tx, projectId, [{ from: from.profileId, into: to }]);
  }
}

/** Until `tx` ends no installation signs in under the user ID. */
export async function holdUserId(tx: Tx, projectId: string, userId: string): Promise<void> {
  const lock = `user-id:${projectId}:${userId}`;
  await query(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lock]);
}
