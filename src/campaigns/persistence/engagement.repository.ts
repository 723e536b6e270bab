import type { Medium } from '@libs/delivery';
import { type GaugeValue, lagOf, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { EngagementKind, MessageRef } from '../domain/engagement';
import { erasedPrefix } from '../domain/erased';
import { askByDay, isFrom } from './ledger/day-tables';
import { isHandedOver, mayHaveArrived } from './ledger/delivery.repository';

/** What a person says in the preference centre. Empty on an UNSUBSCRIBED that was said, and has been done, elsewhere. */
export interface PreferenceAnswers {
  email?: boolean;
  sms?: boolean;
}

/** Something that was done with a message. */
export interface Engagement extends MessageRef {
  projectId: string;
  kind: EngagementKind;
  isMachine: boolean;
  /** Where a click led to. */
  link: string | null;
  answers: PreferenceAnswers | null;
  userAgent: string;
  occurredAt: Date;
  /** When the person said it to somebody else; absent: when it is taken in. */
  saidAt?: Date;
  /** Nothing is kept of the message any more. */
  isUnknown?: boolean;
}

/** A notification that an installation says it got. */
export interface Push extends MessageRef {
  deviceId: string;
  projectId: string;
}

/** A waiting row of the intake. */
export interface TakenEngagement {
  id: string;
  projectId: string;
  executionId: string;
  seq: number;
  medium: Medium;
  kind: EngagementKind;
  isMachine: boolean;
  /** Where a click led to. */
  link: string | null;
  answers: PreferenceAnswers | null;
  occurredAt: Date;
  /** When it was said: by the clock of the database when it was taken in, unless it was said to somebody else. */
  saidAt: Date;
  profileId: string | null;
}

/** A recipient who did something for the first time. */
export interface FirstEngagement {
  projectId: string;
  executionId: string;
  seq: number;
  profileId: string | null;
}

/** SQL: who the recipient `r` is. While one of their messages waits for another try, only their deliveries say so. */
const profileOf = (isOfDay: string): string => `coalesce(r.profile_id, (SELECT d.profile_id FROM delivery d
  WHERE ${isOfDay} AND d.execution_id = r.execution_id AND d.seq = r.seq AND r.customer_id NOT LIKE '${erasedPrefix}%' LIMIT 1))`;

const profileOfDay = profileOf(isFrom('d.execution_id', 3));

/** So many different links of one message within so short a time are followed by a program. */
const burstLinks = 3;
const burstSeconds = 1;

/** The append-only intake of what people did, and what it changes on the ledger. */
@Injectable()
export class EngagementRepository {
  async store(tx: Tx, rows: Engagement[]): Promise<void> {
    await query(
      tx,
      `INSERT INTO engagement_intake
         (project_id, execution_id, seq, medium, kind, is_machine, link, answers, user_agent, occurred_at, profile_id, is_unknown,
           said_at)
       SELECT project_id, execution_id, seq, medium, kind, is_machine, link, answers::jsonb, user_agent, occurred_at, profile_id,
         is_unknown, said_at
       FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::boolean[], $7::text[], $8::text[], $9::text[],
         $10::timestamptz[], $11::uuid[], $12::boolean[], $13::timestamptz[])
         AS e(project_id, execution_id, seq, medium, kind, is_machine, link, answers, user_agent, occurred_at, profile_id,
           is_unknown, said_at)`,
      [
        rows.map(({ projectId }) => projectId),
        rows.map(({ executionId }) => executionId),
        rows.map(({ seq }) => seq),
        rows.map(({ medium }) => medium),
        rows.map(({ kind }) => kind),
        rows.map((row) => row.isMachine),
        rows.map(({ link }) => link),
        rows.map(({ answers }) => answers && JSON.stringify(answers)),
        rows.map(({ userAgent }) => userAgent),
        rows.map(({ occurredAt }) => occurredAt),
        rows.map(({ profileId }) => profileId ?? null),
        rows.map(({ isUnknown }) => isUnknown ?? false),
        rows.map(({ saidAt }) => saidAt ?? null),
      ],
    );
  }

  /** At most `limit` waiting rows, oldest first, marked processed; those that another transaction holds are left. */
  take(tx: Tx, limit: number): Promise<TakenEngagement[]> {
    return query(
      tx,
      `WITH taken AS (
         UPDATE engagement_intake SET processed_at = now() WHERE (id, received_at) IN (
           SELECT id, received_at FROM engagement_intake WHERE processed_at IS NULL ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
         ) RETURNING *
       ) SELECT id, project_id AS "projectId", execution_id AS "executionId", seq, medium, kind, is_machine AS "isMachine",
           link, answers, occurred_at AS "occurredAt", coalesce(said_at, received_at) AS "saidAt", profile_id AS "profileId"
         FROM taken ORDER BY id`,
      [limit],
    );
  }

  /** Marks clicks as a program's that came in a burst with others of the same message, even of earlier batches. @returns the ids of these. */
  async burstsAmong(tx: Tx, clicks: TakenEngagement[]): Promise<Set<string>> {
    if (clicks.length === 0) return new Set();
    const rows = await query<{ id: string }>(
      tx,
      `UPDATE engagement_intake i SET is_machine = true
       FROM unnest($1::bigint[], $2::uuid[], $3::int[], $4::timestamptz[]) AS c(id, execution_id, seq, occurred_at)
       WHERE i.id = c.id AND (
         SELECT count(DISTINCT o.link) FROM engagement_intake o
         WHERE o.execution_id = c.execution_id AND o.seq = c.seq AND o.kind = 'CLICKED'
           AND o.occurred_at BETWEEN c.occurred_at - $5 * interval '1 second' AND c.occurred_at + $5 * interval '1 second'
       ) >= $6 RETURNING i.id`,
      [
        clicks.map(({ id }) => id),
        clicks.map(({ executionId }) => executionId),
        clicks.map(({ seq }) => seq),
        clicks.map(({ occurredAt }) => occurredAt),
        burstSeconds,
        burstLinks,
      ],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** How long the oldest row of the intake has waited. */
  lag(tx: Tx): Promise<GaugeValue<never>[]> {
    return lagOf(tx, 'SELECT received_at AS at FROM engagement_intake WHERE processed_at IS NULL ORDER BY id LIMIT 1');
  }

  async isAnyWaiting(tx: Tx): Promise<boolean> {
    const rows = await query(tx, 'SELECT 1 FROM engagement_intake WHERE processed_at IS NULL LIMIT 1');
    return rows.length > 0;
  }

  /** The project and person of a message; null when there is no such recipient. */
  async recipient(
    tx: Tx,
    { executionId, seq }: MessageRef,
  ): Promise<{ projectId: string; profileId: string | null } | null> {
    const [row] = await query<{ projectId: string; profileId: string | null }>(
      tx,
      `SELECT r.project_id AS "projectId", ${profileOf('d.execution_id = $1')} AS "profileId" FROM recipient r WHERE r.execution_id = $1 AND r.seq = $2
       UNION SELECT project_id, profile_id FROM test_delivery WHERE test_send_id = $1 AND seq = $2`,
      [executionId, seq],
    );
    return row ?? null;
  }

  /** Of each of these, in their order, whether it left for that installation or may have, by an execution or as a test. */
  async wentOut(tx: Tx, pushes: Push[]): Promise<boolean[]> {
    const isIn = (table: string, id: string, didLeave: string) => `(SELECT true FROM ${table} d
      WHERE d.${id} = p.execution_id AND d.seq = p.seq AND d.medium = p.medium AND d.address_key = p.device_id
        AND d.project_id = p.project_id AND ${didLeave} LIMIT 1) IS NOT NULL`;
    const byExecution = isIn('delivery', 'execution_id', `${isFrom('d.execution_id', 7)} AND ${mayHaveArrived('d')}`);
    const asTest = isIn('test_delivery', 'test_send_id', isHandedOver('d'));
    const numbered = pushes.map((push, at) => Object.assign({ at }, push));
    const rows = await askByDay(numbered, (ofDay, ids) =>
      query<{ at: number }>(
        tx,
        `SELECT at FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::uuid[], $6::int[])
           AS p(execution_id, seq, medium, device_id, project_id, at) WHERE ${byExecution} OR ${asTest}`,
        [
          ofDay.map(({ executionId }) => executionId),
          ofDay.map(({ seq }) => seq),
          ofDay.map(({ medium }) => medium),
          ofDay.map(({ deviceId }) => deviceId),
          ofDay.map(({ projectId }) => projectId),
          ofDay.map(({ at }) => at),
          ...ids,
        ],
      ),
    );
    const wentOut = new Set(rows.map(({ at }) => at));
    return pushes.map((_push, at) => wentOut.has(at));
  }

  /** The project of an execution of whose people nothing is kept any more. */
  async projectOf(tx: Tx, executionId: string): Promise<string | null> {
    const [row] = await query<{ id: string }>(tx, 'SELECT project_id AS id FROM execution WHERE id = $1', [
      executionId,
    ]);
    return row?.id ?? null;
  }

  /** Profiles of these recipients; whoever answers a test means it too. */
  profilesOf(
    tx: Tx,
    refs: { executionId: string; seq: number }[],
  ): Promise<(FirstEngagement & { profileId: string })[]> {
    const sql = `SELECT DISTINCT r.project_id AS "projectId", r.execution_id AS "executionId", r.seq, ${profileOfDay} AS "profileId"
       FROM unnest($1::uuid[], $2::int[]) AS e(execution_id, seq)
       JOIN recipient r ON r.execution_id = e.execution_id AND r.seq = e.seq
       WHERE ${isFrom('r.execution_id', 3)} AND ${profileOfDay} IS NOT NULL
       UNION SELECT t.project_id, t.test_send_id, t.seq, t.profile_id
       FROM unnest($1::uuid[], $2::int[]) AS e(execution_id, seq)
       JOIN test_delivery t ON t.test_send_id = e.execution_id AND t.seq = e.seq`;
    return askByDay(refs, (ofDay, ids) =>
      query(tx, sql, [ofDay.map(({ executionId }) => executionId), ofDay.map(({ seq }) => seq), ...ids]),
    );
  }

  /** Where these messages went, by `executionId seq medium`; those of which that is not kept are absent. */
  async mailedTo(tx: Tx, refs: { executionId: string; seq: number; medium: Medium }[]): Promise<Map<string, string>> {
    const sql = `SELECT d.execution_id || ' ' || d.seq || ' ' || d.medium AS key, d.address
       FROM unnest($1::uuid[], $2::int[], $3::text[]) AS e(execution_id, seq, medium)
       JOIN delivery d ON d.execution_id = e.execution_id AND d.seq = e.seq AND d.medium = e.medium
       WHERE ${isFrom('d.execution_id', 4)} AND d.address IS NOT NULL`;
    const rows = await askByDay(refs, (ofDay, ids) =>
      query<{ key: string; address: string }>(tx, sql, [
        ofDay.map(({ executionId }) => executionId),
        ofDay.map(({ seq }) => seq),
        ofDay.map(({ medium }) => medium),
        ...ids,
      ]),
    );
    return new Map(rows.map(({ key, address }) => [key, address]));
  }

  /** Profiles of these recipients, and the campaigns that their messages were of. */
  campaignsOf(
    tx: Tx,
    refs: { executionId: string; seq: number }[],
  ): Promise<(FirstEngagement & { profileId: string; campaignId: string })[]> {
    const sql = `SELECT DISTINCT r.project_id AS "projectId", r.execution_id AS "executionId", r.seq, ${profileOfDay} AS "profileId",
         v.campaign_id AS "campaignId"
       FROM unnest($1::uuid[], $2::int[]) AS e(execution_id, seq)
       JOIN recipient r ON r.execution_id = e.execution_id AND r.seq = e.seq
       JOIN execution_template t ON t.execution_id = r.execution_id AND t.optimove_template_id = r.optimove_template_id
       JOIN campaign_version v ON v.id = t.version_id
       WHERE ${isFrom('r.execution_id', 3)} AND ${profileOfDay} IS NOT NULL`;
    return askByDay(refs, (ofDay, ids) =>
      query(tx, sql, [ofDay.map(({ executionId }) => executionId), ofDay.map(({ seq }) => seq), ...ids]),
    );
  }
}
