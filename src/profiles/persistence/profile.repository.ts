import { newId } from '@libs/foundation';
import { execute, prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { withoutBlanks } from '../domain/user-id';
import { heedDeadAddresses } from './known-dead';

interface StoredRow {
  id: string;
  user_id: string;
  email: string | null;
  mobile_number: string | null;
  email_subscription: string;
  sms_subscription: string;
  language: string | null;
  time_zone: string | null;
  country: string | null;
  attributes: Record<string, unknown>;
}

const answerEmptied = (medium: 'email' | 'sms'): string =>
  `${medium}_subscription = CASE WHEN ${medium}_no_is_own THEN ${medium}_subscription ELSE 'NOT_SET' END`;

const emptied = {
  email: 'email = NULL',
  mobileNumber: 'mobile_number = NULL',
  emailSubscription: answerEmptied('email'),
  smsSubscription: answerEmptied('sms'),
  language: 'language = NULL',
  timezone: 'time_zone = NULL',
  country: 'country = NULL',
};

/** SQL: neither an answer about texts is stored, nor was one that has been emptied since. */
const saidNothing = `p.sms_subscription = 'NOT_SET' AND p.sms_said_at IS NULL`;

/** A field of a profile that can be emptied. */
export type ClearableField = keyof typeof emptied;

/** Every {@link ClearableField}. */
export const clearableFields = Object.keys(emptied) as ClearableField[];

/** Reads and writes of many profiles at once. */
@Injectable()
export class ProfileRepository {
  /** Profile ids by user ID; exact, case matters. */
  async idsOf(tx: Tx, projectId: string, userIds: string[]): Promise<Map<string, string>> {
    if (userIds.length === 0) return new Map();
    const rows = await query<{ id: string; user_id: string }>(
      tx,
      prepared('SELECT id, user_id FROM profile WHERE project_id = $1 AND user_id = ANY($2::text[])'),
      [projectId, userIds],
    );
    return new Map(rows.map((row) => [row.user_id, row.id]));
  }

  /** By user ID without outer blanks those who have it with or without them. */
  under(tx: Tx, projectId: string, userIds: string[]): Promise<{ userId: string; profileId: string }[]> {
    const bare = withoutBlanks('user_id');
    return query(
      tx,
      `SELECT user_id AS "userId", id AS "profileId" FROM profile WHERE project_id = $1 AND user_id = ANY($2::text[])
       UNION ALL SELECT ${bare}, id FROM profile WHERE project_id = $1 AND user_id <> ${bare} AND ${bare} = ANY($2::text[])`,
      [projectId, userIds],
    );
  }

  /** What merge values can be made of, by profile id. */
  async values(tx: Tx, projectId: string, profileIds: string[]): Promise<Map<string, Record<string, unknown>>> {
    const rows = await query<StoredRow>(
      tx,
      prepared(`SELECT id, user_id, email, mobile_number, email_subscription, sms_subscription, language, time_zone, country, attributes
       FROM profile WHERE project_id = $1 AND id = ANY($2::uuid[])`),
      [projectId, profileIds],
    );
    return new Map(
      rows.map(({ id, attributes, time_zone: timezone, ...system }) => [id, { ...attributes, ...system, timezone }]),
    );
  }

  /** The zone that the device seen last of those that report one is in, by profile id. Profile by profile, as in reach. */
  async deviceTimeZones(tx: Tx, projectId: string, profileIds: string[]): Promise<Map<string, string>> {
    const rows = await query<{ profileId: string; timeZone: string }>(
      tx,
      prepared(`SELECT p.id AS "profileId", d.time_zone AS "timeZone" FROM unnest($2::uuid[]) AS p(id) CROSS JOIN LATERAL (
         SELECT time_zone FROM device WHERE project_id = $1 AND profile_id = p.id AND time_zone IS NOT NULL
         ORDER BY last_seen_at DESC NULLS LAST, id LIMIT 1) AS d`),
      [projectId, profileIds],
    );
    return new Map(rows.map(({ profileId, timeZone }) => [profileId, timeZone]));
  }

  /** Who of these people has an installation of which of these apps, by the app's id. */
  async installations(
    tx: Tx,
    projectId: string,
    { profileIds, appIds }: { profileIds: string[]; appIds: string[] },
  ): Promise<Map<string, Set<string>>> {
    const found = new Map(appIds.map((appId) => [appId, new Set<string>()]));
    if (profileIds.length === 0) return found;
    const rows = await query<{ appId: string; profileId: string }>(
      tx,
      prepared(`SELECT d.app_id AS "appId", p.id AS "profileId" FROM unnest($2::uuid[]) AS p(id) CROSS JOIN LATERAL (
         SELECT app_id FROM device WHERE project_id = $1 AND profile_id = p.id AND app_id = ANY($3::uuid[]) OFFSET 0) AS d`),
      [projectId, profileIds, appIds],
    );
    for (const { appId, profileId } of rows) found.get(appId)?.add(profileId);
    return found;
  }

  /**
   * Writes imported numbers (the last one of a user ID counts), makes missing profiles, returns all ids by user ID. A number
   * to which somebody said no makes nobody subscribed, and neither does one of somebody who ever answered.
   */
  async importNumbers(
    tx: Tx,
    projectId: string,
    { numbers, subscribeWhenNotSet }: { numbers: { userId: string; number: string }[]; subscribeWhenNotSet: boolean },
  ): Promise<Map<string, string>> {
    if (numbers.length === 0) return new Map();
    const rows = await query<{ id: string; user_id: string }>(
      tx,
      `WITH given AS (
         SELECT DISTINCT ON (g.user_id COLLATE "C") g.*
         FROM unnest($2::uuid[], $3::text[], $4::text[]) WITH ORDINALITY AS g(id, user_id, number, position)
         ORDER BY g.user_id COLLATE "C", g.position DESC
       ), written AS (
         INSERT INTO profile AS p (id, project_id, user_id, mobile_number, sms_subscription)
         SELECT id, $1, user_id, number, CASE WHEN $5 AND NOT EXISTS (SELECT FROM profile o WHERE o.project_id = $1
             AND o.mobile_number = number AND o.sms_subscription = 'UNSUBSCRIBED') THEN 'SUBSCRIBED' ELSE 'NOT_SET' END
         FROM given
         ON CONFLICT ON CONSTRAINT uq_profile_user_id DO UPDATE SET
           mobile_number = excluded.mobile_number,
           is_mobile_number_addressable = p.is_mobile_number_addressable OR p.mobile_number IS DISTINCT FROM excluded.mobile_number,
           sms_subscription = CASE WHEN ${saidNothing} THEN excluded.sms_subscription ELSE p.sms_subscription END,
           updated_at = now()
         WHERE p.mobile_number IS DISTINCT FROM excluded.mobile_number
           OR (${saidNothing} AND excluded.sms_subscription <> 'NOT_SET')
         RETURNING p.id, p.user_id
       )
       SELECT id, user_id FROM written
       UNION SELECT p.id, p.user_id FROM profile p JOIN given g ON g.user_id = p.user_id WHERE p.project_id = $1`,
      [
        projectId,
        numbers.map(() => newId()),
        numbers.map(({ userId }) => userId),
        numbers.map(({ number }) => number),
        subscribeWhenNotSet,
      ],
    );
    await heedDeadAddresses(
      tx,
      projectId,
      numbers.map(({ userId, number }) => ({ userId, email: null, mobileNumber: number })),
    );
    const found = new Map(rows.map((row) => [row.user_id, row.id]));
    // A profile that somebody else made meanwhile is neither written nor visible to the statement above.
    const missed = numbers.flatMap(({ userId }) => (found.has(userId) ? [] : [userId]));
    for (const [userId, id] of await this.idsOf(tx, projectId, missed)) found.set(userId, id);
    return found;
  }

  /** Empties fields of one profile; a no that the person said stays. */
  async clear(
    tx: Tx,
    { projectId, userId, fields }: { projectId: string; userId: string; fields: ClearableField[] },
  ): Promise<void> {
    if (fields.length === 0) return;
    const changes = fields.map((field) => emptied[field]).join(', ');
    await execute(tx, `UPDATE profile SET ${changes}, updated_at = now() WHERE project_id = $1 AND user_id = $2`, [
      projectId,
      userId,
    ]);
  }
}
