import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { type AddressAnswer, AddressAnswers } from '../address-answers';
import type { ConsentAnswer, ConsentSource } from '../domain/consent';
import type { Subscription } from '../domain/subscription';
import type { ProfileMerge } from '../merges';

/** One change of what a person said. */
export interface SubscriptionChange {
  id: string;
  profileId: string;
  deviceId: string | null;
  medium: string;
  address: string | null;
  before: Subscription;
  after: Subscription;
  source: ConsentSource;
  changedAt: Date;
}

/** SQL: whether nothing was said of the medium since. What was said in the same moment gives way to a no. */
const isNews = (medium: 'email' | 'sms'): string =>
  `a.${medium} IS NOT NULL AND (p.${medium}_said_at IS NULL OR p.${medium}_said_at < a.said_at
     OR (p.${medium}_said_at = a.said_at AND a.${medium} = 'UNSUBSCRIBED'))`;

/** SQL: whether a no came late of somebody of whom a file has said no since: then it is theirs, and no file takes it back. */
const isOwnNow = (medium: 'email' | 'sms'): string =>
  `(a.${medium} = 'UNSUBSCRIBED' AND p.${medium}_subscription = 'UNSUBSCRIBED' AND NOT p.${medium}_no_is_own)`;

/** SQL: the answer of a medium, whose it is and its time, in the place of an older one. */
const taken = (medium: 'email' | 'sms'): string =>
  `${medium}_subscription = CASE WHEN ${isNews(medium)} THEN a.${medium} ELSE p.${medium}_subscription END,
   ${medium}_no_is_own = CASE WHEN ${isNews(medium)} OR ${isOwnNow(medium)} THEN a.${medium} = 'UNSUBSCRIBED'
     ELSE p.${medium}_no_is_own END,
   ${medium}_said_at = CASE WHEN ${isNews(medium)} THEN a.said_at ELSE p.${medium}_said_at END`;

/** SQL: whether the answer is a yes that counts, once it is stored. */
const saysYes = (medium: 'email' | 'sms'): string =>
  `a.${medium} = 'SUBSCRIBED' AND p.${medium}_subscription = 'SUBSCRIBED' AND p.${medium}_said_at = a.said_at`;

interface Answered {
  said_at: Date;
  /** Addresses to which the person says yes now; null where not. */
  email: string | null;
  number: string | null;
}

/** The only way to change what people said, and the log of it, which the database itself keeps. */
@Injectable()
export class ConsentRepository {
  constructor(private readonly addresses: AddressAnswers) {}

  /** Names the origin of every change of consent in the rest of this transaction. */
  async from(tx: Tx, source: ConsentSource): Promise<void> {
    await query(tx, `SELECT set_config('app.consent_source', $1, true)`, [source]);
  }

  /** Names the origin of what `work` changes, and of nothing after it. */
  async during(tx: Tx, source: ConsentSource, work: () => Promise<unknown>): Promise<void> {
    const [before] = await query<{ source: string | null }>(
      tx,
      `SELECT current_setting('app.consent_source', true) AS source`,
    );
    await this.from(tx, source);
    await work();
    await query(tx, `SELECT set_config('app.consent_source', $1, true)`, [before?.source ?? '']);
  }

  /**
   * Stores what people said themselves, each at most once, to the millisecond: what an answer waits with in an intake has no
   * finer time, and is the same answer. One that is older than what was said of the medium since changes
   * nothing, whatever road each came by; one that is there already logs nothing. A yes is told of the address too.
   */
  async answer(tx: Tx, projectId: string, source: ConsentSource, answers: ConsentAnswer[]): Promise<void> {
    await this.from(tx, source);
    const answered = await query<Answered>(
      tx,
      `UPDATE profile p SET ${taken('email')}, ${taken('sms')}, updated_at = now()
       FROM (SELECT g.profile_id, g.email, g.sms, date_trunc('milliseconds', coalesce(g.said_at, now())) AS said_at
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) AS g(profile_id, email, sms, said_at)) AS a
       WHERE p.project_id = $1 AND p.id = a.profile_id AND ((${isNews('email')}) OR (${isNews('sms')}) OR ${isOwnNow('email')} OR ${isOwnNow('sms')})
       RETURNING a.said_at, CASE WHEN ${saysYes('email')} THEN p.email END AS email,
         CASE WHEN ${saysYes('sms')} THEN p.mobile_number END AS number`,
      [
        projectId,
        answers.map(({ profileId }) => profileId),
        answers.map(({ email }) => email ?? null),
        answers.map(({ sms }) => sms ?? null),
        answers.map(({ saidAt }) => saidAt ?? null),
      ],
    );
    await this.addresses.tell(tx, projectId, answered.flatMap(yesOf));
  }

  /** Stores whether installations want push messages; of two answers at once the one that began later stays. */
  async answerPush(
    tx: Tx,
    projectId: string,
    source: ConsentSource,
    { deviceIds, subscription }: { deviceIds: string[]; subscription: Subscription },
  ): Promise<void> {
    await this.from(tx, source);
    await execute(
      tx,
      `UPDATE device SET push_subscription = $3, push_no_is_own = $3 = 'UNSUBSCRIBED', push_said_at = now(), updated_at = now()
       WHERE project_id = $1 AND id = ANY($2::uuid[]) AND (push_said_at IS NULL OR push_said_at <= now())`,
      [projectId, deviceIds, subscription],
    );
  }

  /** A no to e-mail or SMS goes on to the profile that a device has now, whatever was said there: the strictest counts. */
  async carryOver(tx: Tx, projectId: string, merges: ProfileMerge[]): Promise<void> {
    const strictest = (medium: 'email' | 'sms'): string =>
      `${medium}_subscription = CASE WHEN f.${medium}_subscription = 'UNSUBSCRIBED' THEN 'UNSUBSCRIBED' ELSE p.${medium}_subscription END,
       ${medium}_no_is_own = p.${medium}_no_is_own OR f.${medium}_subscription IS NOT NULL,
       ${medium}_said_at = CASE WHEN f.${medium}_subscription = 'UNSUBSCRIBED' THEN now() ELSE p.${medium}_said_at END`;
    const sql = `UPDATE profile p SET ${strictest('email')}, ${strictest('sms')}, updated_at = now()
       FROM (SELECT m.into_id, max(f.email_subscription) FILTER (WHERE f.email_subscription = 'UNSUBSCRIBED') AS email_subscription,
           max(f.sms_subscription) FILTER (WHERE f.sms_subscription = 'UNSUBSCRIBED') AS sms_subscription
         FROM unnest($2::uuid[], $3::uuid[]) AS m(from_id, into_id) JOIN profile f ON f.project_id = $1 AND f.id = m.from_id
         WHERE 'UNSUBSCRIBED' IN (f.email_subscription, f.sms_subscription) GROUP BY m.into_id) AS f
       WHERE p.project_id = $1 AND p.id = f.into_id`;
    const ids = [merges.map(({ from }) => from), merges.map(({ into }) => into)];
    await this.during(tx, 'DEVICE_MOVED', () => execute(tx, sql, [projectId, ...ids]));
  }

  async current(
    tx: Tx,
    projectId: string,
    profileId: string,
  ): Promise<{ email: Subscription; sms: Subscription } | null> {
    const [row] = await query<{ email: Subscription; sms: Subscription }>(
      tx,
      'SELECT email_subscription AS email, sms_subscription AS sms FROM profile WHERE project_id = $1 AND id = $2',
      [projectId, profileId],
    );
    return row ?? null;
  }

  /** Profiles of a project that have one of these mobile numbers. */
  withNumbers(tx: Tx, projectId: string, numbers: string[]): Promise<{ profileId: string; number: string }[]> {
    return query(
      tx,
      `SELECT id AS "profileId", mobile_number AS number FROM profile
       WHERE project_id = $1 AND mobile_number = ANY($2::text[]) ORDER BY id`,
      [projectId, numbers],
    );
  }

  async projectOf(tx: Tx, profileId: string): Promise<string | null> {
    const [row] = await query<{ id: string }>(tx, 'SELECT project_id AS id FROM profile WHERE id = $1', [profileId]);
    return row?.id ?? null;
  }

  /** Changes of one person, newest first. */
  changes(
    tx: Tx,
    page: { projectId: string; profileId: string; beforeId: string | null; limit: number },
  ): Promise<SubscriptionChange[]> {
    return query(
      tx,
      `SELECT id, profile_id AS "profileId", device_id AS "deviceId", medium, address, before, after, source,
         changed_at AS "changedAt"
       FROM subscription_change
       WHERE project_id = $1 AND profile_id = $2 AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [page.projectId, page.profileId, page.beforeId, page.limit],
    );
  }
}

function yesOf({ said_at: saidAt, email, number }: Answered): AddressAnswer[] {
  const yes = (medium: 'EMAIL' | 'SMS', address: string | null): AddressAnswer[] =>
    address === null ? [] : [{ medium, address, subscription: 'SUBSCRIBED', saidAt }];
  return [...yes('EMAIL', email), ...yes('SMS', number)];
}
