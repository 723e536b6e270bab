import type { ApnsEnvironment, PushService } from '@libs/delivery';
import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Browser } from '../domain/browser';
import type { Subscription } from '../domain/subscription';

/** A profile as it is shown. */
export interface ListedProfile {
  id: string;
  /** Null of who is anonymous. */
  userId: string | null;
  email: string | null;
  mobileNumber: string | null;
  emailSubscription: Subscription;
  smsSubscription: Subscription;
  isEmailAddressable: boolean;
  isMobileNumberAddressable: boolean;
  language: string | null;
  timeZone: string | null;
  country: string | null;
  attributes: Record<string, unknown>;
  updatedAt: Date;
}

/** A device as it is shown. */
export interface ListedDevice {
  id: string;
  profileId: string;
  platform: string;
  /** Null without a token, and for browsers. */
  pushService: PushService | null;
  apnsEnvironment: ApnsEnvironment | null;
  hasEncryptionKeys: boolean;
  browser: Browser | null;
  pushSubscription: Subscription;
  isAddressable: boolean;
  unreachableReason: string | null;
  appId: string | null;
  language: string | null;
  country: string | null;
  timeZone: string | null;
  appVersion: string | null;
  lastSeenAt: Date | null;
  attributes: Record<string, unknown>;
  updatedAt: Date;
}

const columns = `id, user_id AS "userId", email, mobile_number AS "mobileNumber", email_subscription AS "emailSubscription",
  sms_subscription AS "smsSubscription", is_email_addressable AS "isEmailAddressable",
  is_mobile_number_addressable AS "isMobileNumberAddressable", language, time_zone AS "timeZone", country, attributes,
  updated_at AS "updatedAt"`;

/** One order whatever the database sorts by, with an index for it; in it what begins with the same stands together. */
const ordered = 'user_id COLLATE "C"';
const lastCharacter = '\u{10ffff}';

/** Each by an index of its own; who has the address is not looked for in the order of the list. */
const found = `(SELECT id FROM profile WHERE project_id = $1 AND ${ordered} BETWEEN $4 AND $5 AND ($2::text IS NULL OR ${ordered} > $2)
    ORDER BY ${ordered} LIMIT $3)
  UNION SELECT id FROM profile WHERE project_id = $1 AND lower(email) = lower($4)
  UNION SELECT id FROM profile WHERE project_id = $1 AND mobile_number = $4`;

/** Profiles for people to look at. */
@Injectable()
export class ProfileDirectory {
  async find(tx: Tx, projectId: string, userId: string): Promise<ListedProfile | null> {
    const [profile] = await query<ListedProfile>(
      tx,
      `SELECT ${columns} FROM profile WHERE project_id = $1 AND user_id = $2`,
      [projectId, userId],
    );
    return profile ?? null;
  }

  /** Anonymous ones too. */
  async findById(tx: Tx, projectId: string, id: string): Promise<ListedProfile | null> {
    const sql = `SELECT ${columns} FROM profile WHERE project_id = $1 AND id = $2`;
    const [profile] = await query<ListedProfile>(tx, sql, [projectId, id]);
    return profile ?? null;
  }

  /** Profiles in the order of their user IDs; `search` is the beginning of a user ID, or an address or number. */
  list(
    tx: Tx,
    page: { projectId: string; search: string | null; afterUserId: string | null; limit: number },
  ): Promise<ListedProfile[]> {
    const { projectId, search, afterUserId, limit } = page;
    return query(
      tx,
      `SELECT ${columns} FROM profile WHERE project_id = $1 AND user_id IS NOT NULL AND ($2::text IS NULL OR ${ordered} > $2)
         ${search === null ? '' : `AND id = ANY(ARRAY(${found}))`}
       ORDER BY ${ordered} LIMIT $3`,
      [projectId, afterUserId, limit, ...(search === null ? [] : [search, `${search}${lastCharacter}`])],
    );
  }

  devices(tx: Tx, projectId: string, profileIds: readonly string[]): Promise<ListedDevice[]> {
    return query(
      tx,
      `SELECT id, profile_id AS "profileId", platform, push_subscription AS "pushSubscription",
         CASE WHEN apns_environment IS NOT NULL THEN 'APNS' WHEN token IS NOT NULL AND platform <> 'WEB' THEN 'FCM' END AS "pushService",
         apns_environment AS "apnsEnvironment", browser, encryption_keys IS NOT NULL AS "hasEncryptionKeys",
         is_addressable AS "isAddressable", unreachable_reason AS "unreachableReason", app_id AS "appId", language, country,
         time_zone AS "timeZone", app_version AS "appVersion", last_seen_at AS "lastSeenAt", attributes,
         updated_at AS "updatedAt"
       FROM device WHERE project_id = $1 AND profile_id = ANY($2::uuid[]) ORDER BY id`,
      [projectId, profileIds],
    );
  }
}
