import type { ApnsEnvironment, EncryptionKeys, Medium } from '@libs/delivery';
import { prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Browser } from '../domain/browser';
import type { DeviceFilter } from '../domain/device-filter';
import type { ContactRow, DeadAddress, ReachRow } from '../domain/reach';
import { countedDevices } from './counted-devices';

interface Row {
  profile_id: string;
  address_key: string;
  address: string;
  platform: 'ANDROID' | 'IOS' | null;
  apns_environment?: ApnsEnvironment | null;
  browser?: Browser | null;
  app_id?: string | null;
  encryption_keys?: EncryptionKeys | null;
  is_addressable: boolean;
  subscription: ReachRow['subscription'];
  version: string;
}

/** A browser is addressed by the whole of its subscription. */
const subscription = `jsonb_build_object('endpoint', token, 'p256dh', web_push_keys->>'p256dh', 'auth', web_push_keys->>'auth')::text`;

/** The transaction that wrote the profile last: it writes it also when it gives a device with something that excludes to it. */
const version = 'p.xmin::text';

/** Whoever has an installation that can fetch messages; nobody has to subscribe to what is shown inside an app or site. */
const installed = (key: string): string => `SELECT p.id AS profile_id, '${key}' AS address_key, p.id::text AS address,
    NULL AS platform, true AS is_addressable, 'NOT_SET' AS subscription, ${version} AS version
  FROM profile p WHERE p.project_id = $1 AND p.id = ANY($2::uuid[])
    AND EXISTS (SELECT 1 FROM device WHERE project_id = $1 AND profile_id = p.id AND app_id IS NOT NULL)`;

/** Devices with an address, with what is said of each. */
const devices = (columns: string, condition: string): string => `SELECT d.*, ${version} AS version
  FROM profile p CROSS JOIN LATERAL (
    SELECT profile_id, id::text AS address_key, ${columns}, app_id, is_addressable, push_subscription AS subscription
    FROM device WHERE project_id = $1 AND profile_id = p.id AND token IS NOT NULL AND ${condition} OFFSET 0) AS d
  WHERE p.project_id = $1 AND p.id = ANY($2::uuid[])`;

/** Profile by profile: after a large import, before statistics are there, the planner would read a project's every device. */
const statements: Partial<Record<Medium, string>> = {
  MOBILE_PUSH: devices('token AS address, platform, apns_environment, encryption_keys', `platform <> 'WEB'`),
  WEB_PUSH: devices(
    `${subscription} AS address, NULL AS platform, browser`,
    `platform = 'WEB' AND web_push_keys->>'p256dh' IS NOT NULL`,
  ),
  INBOX: installed('inbox'),
  IN_APP: installed('in-app'),
  EMAIL: `SELECT id AS profile_id, 'email' AS address_key, email AS address, NULL AS platform,
      is_email_addressable AS is_addressable, email_subscription AS subscription, ${version} AS version
    FROM profile p WHERE project_id = $1 AND id = ANY($2::uuid[]) AND email IS NOT NULL`,
  SMS: `SELECT id AS profile_id, 'mobile' AS address_key, mobile_number AS address, NULL AS platform,
      is_mobile_number_addressable AS is_addressable, sms_subscription AS subscription, ${version} AS version
    FROM profile p WHERE project_id = $1 AND id = ANY($2::uuid[]) AND mobile_number IS NOT NULL`,
};

/** An address is dead for everybody of the project who has it. */
const deadForAll = ({ flag, hasAddress }: { flag: string; hasAddress: string }): string => `WITH dead AS (
    SELECT DISTINCT ON (p.id) p.id, x.address, x.reason FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[])
      AS x(profile_id, address_key, reason, address)
    CROSS JOIN LATERAL (SELECT id FROM profile p WHERE p.project_id = $1 AND ${hasAddress} AND p.${flag} OFFSET 0) AS p
    ORDER BY p.id
  ) UPDATE profile p SET ${flag} = false, unreachable_reason = x.reason, updated_at = now()
  FROM dead x WHERE p.project_id = $1 AND p.id = x.id AND ${hasAddress}`;

/** Two that mark addresses dead may meet: each holds its devices, and then the people of all its media, in the order of ids. */
const holdDevices = `SELECT 1 FROM device WHERE project_id = $1 AND profile_id = ANY($2::uuid[]) AND id = ANY($3::uuid[])
  ORDER BY id FOR NO KEY UPDATE`;
const holdPeople = `SELECT 1 FROM profile WHERE project_id = $1 AND id IN (
    SELECT p.id FROM unnest($2::text[]) AS x(address) CROSS JOIN LATERAL (
      SELECT id FROM profile p WHERE p.project_id = $1 AND lower(p.email) = lower(x.address) OFFSET 0) AS p
    UNION SELECT p.id FROM unnest($3::text[]) AS x(address) CROSS JOIN LATERAL (
      SELECT id FROM profile p WHERE p.project_id = $1 AND p.mobile_number = x.address OFFSET 0) AS p)
  ORDER BY id FOR NO KEY UPDATE`;

const deadStatements: Partial<Record<Medium, string>> = {
  MOBILE_PUSH: `UPDATE device d SET is_addressable = false, unreachable_reason = x.reason, updated_at = now()
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS x(profile_id, address_key, reason, address)
    WHERE d.project_id = $1 AND d.profile_id = x.profile_id AND d.id::text = x.address_key AND d.token = x.address AND d.is_addressable`,
  WEB_PUSH: `UPDATE device d SET is_addressable = false, unreachable_reason = x.reason, updated_at = now()
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS x(profile_id, address_key, reason, address)
    WHERE d.project_id = $1 AND d.profile_id = x.profile_id AND d.id::text = x.address_key
      AND d.token = x.address::jsonb->>'endpoint' AND d.is_addressable`,
  EMAIL: deadForAll({ flag: 'is_email_addressable', hasAddress: 'lower(p.email) = lower(x.address)' }),
  SMS: deadForAll({ flag: 'is_mobile_number_addressable', hasAddress: 'p.mobile_number = x.address' }),
};

/** Enough to judge a share by. */
const mostLookedAt = 10_000;

/** How people can be reached. */
@Injectable()
export class ReachRepository {
  /** Every address of these people on these media, once however often a person is named; media without addresses give no rows. */
  async reach(tx: Tx, projectId: string, profileIds: string[], media: Medium[]): Promise<ReachRow[]> {
    const found: ReachRow[] = [];
    const ids = [...new Set(profileIds)];
    for (const medium of media) {
      const statement = statements[medium];
      if (!statement || ids.length === 0) continue;
      const rows = await query<Row>(tx, prepared(statement), [projectId, ids]);
      for (const row of rows) found.push(toReach(medium, row));
    }
    return found;
  }

  contacts(tx: Tx, projectId: string, profileIds: string[]): Promise<ContactRow[]> {
    return query<ContactRow>(
      tx,
      prepared(`SELECT id AS "profileId", id AS "ownerId", coalesce(user_id, '') AS "userId", email, mobile_number AS "mobileNumber",
         false AS "isSignedOut", ${version} AS version
       FROM profile p WHERE project_id = $1 AND id = ANY($2::uuid[])
       UNION ALL
       SELECT p.id, f.id, coalesce(f.user_id, ''), f.email, f.mobile_number, true, ${version}
       FROM profile p JOIN profile f ON f.project_id = $1 AND f.id = p.signed_out_from
       WHERE p.project_id = $1 AND p.id = ANY($2::uuid[]) AND p.user_id IS NULL`),
      [projectId, profileIds],
    );
  }

  /** The anonymous profiles that each of these devices had before somebody signed in there; those without are absent. */
  signedInFrom(tx: Tx, projectId: string, deviceIds: string[]): Promise<{ deviceId: string; profileId: string }[]> {
    return query(
      tx,
      prepared(`SELECT id AS "deviceId", unnest(signed_in_from) AS "profileId" FROM device
       WHERE project_id = $1 AND id = ANY($2::uuid[])`),
      [projectId, deviceIds],
    );
  }

  async phonesWithoutKeys(
    tx: Tx,
    projectId: string,
    devices: DeviceFilter,
  ): Promise<{ looked: number; without: number }> {
    const { all, mobile, parameters } = countedDevices(devices, [projectId]);
    const [row] = await query<{ looked: number; without: number }>(
      tx,
      `SELECT count(*)::int AS looked, count(*) FILTER (WHERE encryption_keys IS NULL)::int AS without
       FROM (SELECT encryption_keys FROM device d WHERE project_id = $1 AND token IS NOT NULL AND platform <> 'WEB'
         AND is_addressable AND push_subscription <> 'UNSUBSCRIBED' AND ${all} AND ${mobile}
         LIMIT ${mostLookedAt}) AS d`,
      parameters,
    );
    return row ?? { looked: 0, without: 0 };
  }

  async markUnreachable(tx: Tx, projectId: string, dead: DeadAddress[]): Promise<void> {
    await this.hold(tx, projectId, dead);
    for (const medium of new Set(dead.map((item) => item.medium))) {
      const statement = deadStatements[medium];
      const items = dead.filter((item) => item.medium === medium);
      if (!statement) continue;
      await query(tx, statement, [
        projectId,
        items.map(({ profileId }) => profileId),
        items.map(({ addressKey }) => addressKey),
        items.map(({ reason }) => reason),
        items.map(({ address }) => address),
      ]);
    }
  }

  private async hold(tx: Tx, projectId: string, dead: DeadAddress[]): Promise<void> {
    const devices = dead.filter(({ medium }) => medium === 'MOBILE_PUSH' || medium === 'WEB_PUSH');
    const keys = [devices.map(({ profileId }) => profileId), devices.map(({ addressKey }) => addressKey)];
    if (devices.length > 0) await query(tx, holdDevices, [projectId, ...keys]);
    const on = (medium: Medium): string[] => dead.filter((item) => item.medium === medium).map((item) => item.address);
    const [mails, numbers] = [on('EMAIL'), on('SMS')];
    if (mails.length + numbers.length > 0) await query(tx, holdPeople, [projectId, mails, numbers]);
  }
}

function toReach(medium: Medium, row: Row): ReachRow {
  const apnsEnvironment = row.apns_environment ?? null;
  return {
    profileId: row.profile_id,
    medium,
    addressKey: row.address_key,
    address: row.address,
    platform: row.platform,
    pushService: medium === 'MOBILE_PUSH' ? (apnsEnvironment ? 'APNS' : 'FCM') : null,
    apnsEnvironment,
    browser: row.browser ?? null,
    appId: row.app_id ?? null,
    encryptionKeys: row.encryption_keys ?? null,
    isAddressable: row.is_addressable,
    subscription: row.subscription,
    version: row.version,
  };
}
