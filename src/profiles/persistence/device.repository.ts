import type { ApnsEnvironment, EncryptionKeys } from '@libs/delivery';
import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Platform } from '../domain/app';
import type { Browser } from '../domain/browser';
import type { KnownDevice } from '../domain/known-device';
import { Merges, type ProfileMerge } from '../merges';
import { ConsentRepository } from './consent.repository';

/** What an installation says about itself; absent fields stay, null empties. */
export interface DeviceFacts {
  /** Push token, or the endpoint of a web-push subscription. */
  token?: string | null;
  /** Where a token of APNs is good; null for any other. */
  apnsEnvironment?: ApnsEnvironment | null;
  webPushKeys?: { p256dh: string; auth: string } | null;
  /** Of an app that opens encrypted messages. */
  encryptionKeys?: EncryptionKeys | null;
  browser?: Browser | null;
  /** The browser by the push service of its subscription; counts while the site has named none. */
  servedBrowser?: Browser;
  /** Whether the operating system or browser lets messages through. */
  isAddressable?: boolean;
  language?: string | null;
  country?: string | null;
  timeZone?: string | null;
  appVersion?: string | null;
}

/** A token that is new, or at a new place, has not failed yet. */
const isAlive = `(is_addressable OR ($3::jsonb ? 'token' AND (token, apns_environment)
  IS DISTINCT FROM ($3::jsonb->>'token', $3::jsonb->>'apnsEnvironment')))`;

/** Installations, one at a time, as they report themselves. */
@Injectable()
export class DeviceRepository {
  constructor(
    private readonly consent: ConsentRepository,
    private readonly merges: Merges,
  ) {}

  /** The installation of an enabled app whose credential this is. */
  async bySecret(tx: Tx, secretHash: string): Promise<KnownDevice | null> {
    const [device] = await query<KnownDevice>(
      tx,
      `SELECT d.id, d.project_id AS "projectId", d.app_id AS "appId", d.profile_id AS "profileId", d.platform, p.user_id AS "userId"
       FROM device d JOIN app a ON a.id = d.app_id AND a.is_enabled JOIN profile p ON p.id = d.profile_id
       WHERE d.secret_hash = $1`,
      [secretHash],
    );
    return device ?? null;
  }

  /** Adds an installation with an anonymous profile of its own. @returns null when the installation is known already. */
  async add(
    tx: Tx,
    device: { projectId: string; appId: string; platform: Platform; installationId: string; secretHash: string },
  ): Promise<{ id: string; profileId: string } | null> {
    const [id, profileId] = [newId(), newId()];
    const added = await query(
      tx,
      `INSERT INTO device (id, project_id, app_id, profile_id, platform, installation_id, secret_hash, last_seen_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT ON CONSTRAINT uq_device_installation DO NOTHING RETURNING id`,
      [id, device.projectId, device.appId, profileId, device.platform, device.installationId, device.secretHash],
    );
    if (added.length === 0) return null;
    await this.addAnonymous(tx, device.projectId, profileId);
    return { id, profileId };
  }

  async addAnonymous(tx: Tx, projectId: string, profileId: string): Promise<void> {
    await execute(tx, 'INSERT INTO profile (id, project_id) VALUES ($1, $2)', [profileId, projectId]);
  }

  /** Stores what is given. A token that another device holds leaves it: tokens move with the installation. */
  async report(tx: Tx, { projectId, id }: { projectId: string; id: string }, facts: DeviceFacts): Promise<void> {
    if (facts.token) await this.takeToken(tx, { projectId, id }, facts.token);
    const given = (field: keyof DeviceFacts, column: string): string =>
      `${column} = CASE WHEN $3::jsonb ? '${field}' THEN $3::jsonb->>'${field}' ELSE ${column} END`;
    await execute(
      tx,
      `UPDATE device SET ${given('token', 'token')}, ${given('apnsEnvironment', 'apns_environment')},
         ${given('language', 'language')}, ${given('country', 'country')},
         ${given('timeZone', 'time_zone')}, ${given('appVersion', 'app_version')},
         web_push_keys = CASE WHEN $3::jsonb ? 'webPushKeys' THEN $3::jsonb->'webPushKeys' ELSE web_push_keys END,
         encryption_keys = CASE WHEN $3::jsonb ? 'encryptionKeys' THEN nullif($3::jsonb->'encryptionKeys', 'null') ELSE encryption_keys END,
         browser = coalesce(CASE WHEN $3::jsonb ? 'browser' THEN $3::jsonb->>'browser' ELSE browser END, $3::jsonb->>'servedBrowser'),
         is_addressable = CASE WHEN $3::jsonb ? 'isAddressable' THEN ($3::jsonb->>'isAddressable')::boolean ELSE ${isAlive} END,
         unreachable_reason = CASE WHEN ${isAlive} THEN NULL ELSE unreachable_reason END,
         last_seen_at = now(), updated_at = now()
       WHERE project_id = $1 AND id = $2`,
      [projectId, id, JSON.stringify(facts)],
    );
  }

  /** Two installations that report one token at the same time come one after the other. */
  private async takeToken(tx: Tx, { projectId, id }: { projectId: string; id: string }, token: string): Promise<void> {
    await query(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`device-token:${projectId}:${token}`]);
    // In one order: two installations that take each other's tokens would otherwise wait for each other for good.
    await query(
      tx,
      'SELECT FROM device WHERE project_id = $1 AND (token = $2 OR id = $3) ORDER BY id FOR NO KEY UPDATE',
      [projectId, token, id],
    );
    await this.carryOver(tx, { projectId, id }, token);
    await execute(
      tx,
      `UPDATE device SET token = NULL, apns_environment = NULL, web_push_keys = NULL, updated_at = now()
       WHERE project_id = $1 AND token = $2 AND id <> $3`,
      [projectId, token, id],
    );
  }

  /**
   * One token is one phone, also when the app was installed anew: push that was switched off there stays off, and an
   * anonymous profile is still under what excludes whoever had the phone, signed in or not.
   */
  private async carryOver(tx: Tx, { projectId, id }: { projectId: string; id: string }, token: string): Promise<void> {
    const switchOff = `UPDATE device d SET push_subscription = 'UNSUBSCRIBED', push_no_is_own = o.is_own, push_said_at = now(),
        updated_at = now()
      FROM (SELECT bool_or(push_no_is_own) AS is_own FROM device
        WHERE project_id = $1 AND token = $2 AND id <> $3 AND push_subscription = 'UNSUBSCRIBED') AS o
      WHERE d.project_id = $1 AND d.id = $3 AND d.push_subscription = 'NOT_SET' AND o.is_own IS NOT NULL`;
    await this.consent.during(tx, 'DEVICE_MOVED', () => execute(tx, switchOff, [projectId, token, id]));
    await execute(
      tx,
      `UPDATE profile p SET signed_out_from = w.owner, updated_at = now()
       FROM device d, (SELECT CASE WHEN q.user_id IS NULL THEN q.signed_out_from ELSE q.id END AS owner
         FROM device o JOIN profile q ON q.project_id = $1 AND q.id = o.profile_id
         WHERE o.project_id = $1 AND o.token = $2 AND o.id <> $3) AS w
       WHERE d.project_id = $1 AND d.id = $3 AND p.project_id = $1 AND p.id = d.profile_id
         AND p.user_id IS NULL AND p.signed_out_from IS NULL AND w.owner IS NOT NULL`,
      [projectId, token, id],
    );
    const anonymous = await query<ProfileMerge>(
      tx,
      `SELECT q.id AS "from", p.id AS "into" FROM device d JOIN profile p ON p.project_id = $1 AND p.id = d.profile_id
         JOIN device o ON o.project_id = $1 AND o.token = $2 AND o.id <> d.id
         JOIN profile q ON q.project_id = $1 AND q.id = o.profile_id
       WHERE d.project_id = $1 AND d.id = $3 AND p.user_id IS NULL AND q.user_id IS NULL AND q.id <> p.id`,
      [projectId, token, id],
    );
    if (anonymous.length === 0) return;
    await this.consent.carryOver(tx, projectId, anonymous);
    await this.merges.tell(tx, projectId, anonymous);
  }
}
