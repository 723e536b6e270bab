import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { ConsentAnswer, ConsentSource } from '../domain/consent';
import type { Subscription } from '../domain/subscription';

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

/** The only way to change what people said, and the log of it, which the database itself keeps. */
@Injectable()
export class ConsentRepository {
  /** Names the origin of every change of consent in the rest of this transaction. */
  async from(tx: Tx, source: ConsentSource): Promise<void> {
    await query(tx, `SELECT set_config('app.consent_source', $1, true)`, [source]);
  }

  /** Stores answers of many people, each at most once. An answer that is there already changes and logs nothing. */
  async answer(tx: Tx, projectId: string, source: ConsentSource, answers: ConsentAnswer[]): Promise<void> {
    await this.from(tx, source);
    await execute(
      tx,
      `UPDATE profile p SET email_subscription = coalesce(a.email, p.email_subscription),
         sms_subscription = coalesce(a.sms, p.sms_subscription), updated_at = now()
       FROM unnest($2::uuid[], $3::text[], $4::text[]) AS a(profile_id, email, sms)
       WHERE p.project_id = $1 AND p.id = a.profile_id
         AND (coalesce(a.email, p.email_subscription), coalesce(a.sms, p.sms_subscription))
           IS DISTINCT FROM (p.email_subscription, p.sms_subscription)`,
      [
        projectId,
        answers.map(({ profileId }) => profileId),
        answers.map(({ email }) => email ?? null),
        answers.map(({ sms }) => sms ?? null),
      ],
    );
  }

  /** Stores whether installations want push messages. */
  async answerPush(
    tx: Tx,
    projectId: string,
    source: ConsentSource,
    { deviceIds, subscription }: { deviceIds: string[]; subscription: Subscription },
  ): Promise<void> {
    await this.from(tx, source);
    await execute(
      tx,
      `UPDATE device SET push_subscription = $3, updated_at = now()
       WHERE project_id = $1 AND id = ANY($2::uuid[]) AND push_subscription <> $3`,
      [projectId, deviceIds, subscription],
    );
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
