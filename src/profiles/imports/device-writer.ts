import { newId } from '@libs/foundation';
import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { storedEnvironment } from '../domain/push-token';
import { AnonymousProfiles } from '../persistence/anonymous-profiles';
import { ProfileRepository } from '../persistence/profile.repository';
import { rememberedWith } from '../persistence/signed-in-from';
import type { DeviceRow } from './device-rows';
import type { WrittenBatch } from './import-writer';

type OwnedRow = DeviceRow & { profileId: string };

const columns = (rows: OwnedRow[]): unknown[] => [
  rows.map(() => newId()),
  rows.map(({ profileId }) => profileId),
  rows.map(({ token }) => token),
  rows.map(({ platform }) => platform),
  rows.map(({ pushSubscription }) => pushSubscription),
  rows.map(({ pushService }) => pushService),
  rows.map((row) => storedEnvironment(row)),
];
const given = `unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
  AS r(id, profile_id, token, platform, push_subscription, push_service, apns_environment)`;

/** Stores batches of imported devices; a known token moves to the profile of its row, and push that was switched off on the phone stays off. Writing a batch again changes nothing. */
@Injectable()
export class DeviceWriter {
  constructor(
    private readonly profiles: ProfileRepository,
    private readonly anonymous: AnonymousProfiles,
  ) {}

  /** Devices of users that are not known are refused. A token that a provider called dead stays so: none comes back to life. */
  async write(tx: Tx, projectId: string, rows: DeviceRow[]): Promise<WrittenBatch> {
    const ids = await this.profiles.idsOf(tx, projectId, [...new Set(rows.map(({ userId }) => userId))]);
    const refused: WrittenBatch['refused'] = [];
    let left: OwnedRow[] = [];
    for (const [index, row] of rows.entries()) {
      const profileId = ids.get(row.userId);
      if (profileId) left.push({ ...row, profileId });
      else refused.push({ index, reason: `No profile has the user ID ${row.userId}; import profiles first` });
    }
    const sums = { created: 0, updated: 0 };
    // A token can pass to another installation between two statements; then it is met in the next round.
    while (left.length > 0) {
      const added = await this.add(tx, projectId, left);
      left = left.filter(({ token }) => !added.has(token));
      const moved = await this.move(tx, projectId, left);
      left = left.filter(({ token }) => !moved.has(token));
      sums.created += added.size;
      sums.updated += moved.size;
    }
    return { ...sums, refused };
  }

  /** @returns the tokens that were new. */
  private async add(tx: Tx, projectId: string, rows: OwnedRow[]): Promise<Set<string>> {
    const added = await query<{ token: string }>(
      tx,
      `INSERT INTO device (id, project_id, profile_id, token, platform, apns_environment, push_subscription)
       SELECT r.id, $1, r.profile_id, r.token, r.platform, r.apns_environment, coalesce(r.push_subscription, 'NOT_SET')
       FROM ${given} ORDER BY r.token
       ON CONFLICT ON CONSTRAINT uq_device_token DO NOTHING RETURNING token`,
      [projectId, ...columns(rows)],
    );
    return new Set(added.map(({ token }) => token));
  }

  /** Holds the devices first, so that whose they were is known for certain. @returns the tokens that were met. */
  private async move(tx: Tx, projectId: string, rows: OwnedRow[]): Promise<Set<string>> {
    if (rows.length === 0) return new Set();
    const held = await query<{ token: string; profile_id: string }>(
      tx,
      'SELECT token, profile_id FROM device WHERE project_id = $1 AND token = ANY($2::text[]) ORDER BY id FOR UPDATE',
      [projectId, rows.map(({ token }) => token)],
    );
    const met = new Set(held.map(({ token }) => token));
    await query(
      tx,
      `UPDATE device d SET profile_id = r.profile_id, platform = r.platform, updated_at = now(),
         signed_in_from = CASE WHEN p.user_id IS NULL THEN ${rememberedWith('p.id')} ELSE d.signed_in_from END,
         push_subscription = CASE WHEN d.push_no_is_own THEN d.push_subscription ELSE coalesce(r.push_subscription, d.push_subscription) END,
         apns_environment = CASE WHEN r.push_service IS NOT NULL THEN r.apns_environment WHEN r.platform = 'IOS' THEN d.apns_environment END
       FROM ${given}, profile p
       WHERE d.project_id = $1 AND d.token = r.token AND p.project_id = $1 AND p.id = d.profile_id`,
      [projectId, ...columns(rows.filter(({ token }) => met.has(token)))],
    );
    const owners = new Map(rows.map(({ token, profileId }) => [token, profileId]));
    const moves = held.map((row) => ({ from: row.profile_id, into: owners.get(row.token) ?? row.profile_id }));
    await this.anonymous.dropLeft(tx, projectId, moves);
    return met;
  }
}
