import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { lateMinutes, ownTime } from '../../domain/direct/own-time';
import type { DirectCampaign } from '../direct/direct-campaign.repository';
import type { NewChunk } from './freeze.repository';
import { makeKnownToPlanner } from './known-to-planner';
import { localInstant } from './local-instant';

/** The name that stands for the content of a Direct campaign where Optimove's have template ids. */
export const directTemplate = 'direct';

/** A Direct execution that has not ended, and why it is held. */
export interface OpenDirect {
  id: string;
  projectId: string;
  state: 'ANNOUNCED' | 'RUNNING';
  holdReason: string | null;
}

/** Whom to send to, as a statement of `id`, `user_id` and, where it goes by people's own time zones, `time_zone`. */
export interface AudienceStatement {
  sql: string;
  parameters: unknown[];
}

/** One that has no audience yet. */
export interface UnstartedDirect {
  id: string;
  projectId: string;
  /** Whether each person gets it at the local time in their own time zone. */
  isInOwnTimeZone: boolean;
}

const openColumns = `id, project_id AS "projectId", state, hold_reason AS "holdReason"`;
const isOpen = `kind = 'DIRECT' AND state IN ('ANNOUNCED', 'RUNNING') AND cancel_requested_at IS NULL`;

/** Executions of Direct campaigns: their making, their audience and what holds them. */
@Injectable()
export class DirectExecutionRepository {
  /** One per launch and day, however often it is asked for. @returns its id, or null when it was there. */
  async insert(tx: Tx, campaign: DirectCampaign): Promise<string | null> {
    const { projectId, nextAt, nextDay, launches, launchedSchedule: schedule } = campaign;
    const own = schedule && nextDay ? ownTime(schedule, nextDay) : null;
    const [row] = await query<{ id: string }>(
      tx,
      `INSERT INTO execution (id, project_id, optimove_campaign_id, run_date, kind, launch, planned_at, local_time, time_zone)
       VALUES ($1, $2, $3, $4, 'DIRECT', $5, $6, $7, $8) ON CONFLICT ON CONSTRAINT uq_execution_announcement DO NOTHING RETURNING id`,
      [newId(), projectId, campaign.id, nextDay, launches, nextAt, own?.local ?? null, own?.timeZone ?? null],
    );
    if (!row) return null;
    await execute(
      tx,
      'INSERT INTO execution_template (execution_id, optimove_template_id, version_id) VALUES ($1, $2, $3)',
      [row.id, directTemplate, campaign.launchedVersionId],
    );
    return row.id;
  }

  /** Locks one that has no audience yet; null when it has, or was paused or cancelled. */
  async lockUnstarted(tx: Tx, id: string): Promise<UnstartedDirect | null> {
    const [row] = await query<UnstartedDirect>(
      tx,
      `SELECT id, project_id AS "projectId", local_time IS NOT NULL AS "isInOwnTimeZone" FROM execution
       WHERE id = $1 AND ${isOpen} AND state = 'ANNOUNCED' AND paused_at IS NULL FOR UPDATE`,
      [id],
    );
    return row ?? null;
  }

  /** Those that are not at their end, of every project, from after an id on. */
  open(tx: Tx, { afterId, limit }: { afterId: string | null; limit: number }): Promise<OpenDirect[]> {
    const sql = `SELECT ${openColumns} FROM execution WHERE ${isOpen} AND ($1::uuid IS NULL OR id > $1) ORDER BY id LIMIT $2`;
    return query(tx, sql, [afterId, limit]);
  }

  /** Those that wait to begin and that nothing holds. */
  async waiting(tx: Tx, limit: number): Promise<string[]> {
    const sql = `SELECT id FROM execution WHERE ${isOpen} AND state = 'ANNOUNCED' AND paused_at IS NULL AND hold_reason IS NULL
      ORDER BY id LIMIT $1`;
    return (await query<{ id: string }>(tx, sql, [limit])).map(({ id }) => id);
  }

  /** Holds an execution for a reason, or lets it go on; false when that was so before. */
  async hold(tx: Tx, id: string, reason: string | null): Promise<boolean> {
    const sql = `UPDATE execution SET hold_reason = $2 WHERE id = $1 AND ${isOpen} AND hold_reason IS DISTINCT FROM $2`;
    return (await execute(tx, sql, [id, reason])) === 1;
  }

  /**
   * Freezes the audience, who is in the segment at this moment, and the chunks they are sent in. Where everybody gets it
   * in their own time zone, whoever was {@link lateMinutes} behind when it was to begin is left out; that it began late leaves nobody out.
   */
  async freeze(
    tx: Tx,
    execution: UnstartedDirect,
    { audience, chunkSize }: { audience: AudienceStatement; chunkSize: number },
  ): Promise<NewChunk[]> {
    const { id, isInOwnTimeZone } = execution;
    // New partitions have no statistics: nested loops over whole lists would be the planner's guess.
    await execute(tx, 'SET LOCAL enable_nestloop = off');
    const [executionId, template, size] = [1, 2, 3].map((place) => `$${audience.parameters.length + place}`);
    const zone = 'coalesce(p.time_zone, e.time_zone)';
    const dueAt = isInOwnTimeZone ? localInstant('e.local_time', zone) : 'now()';
    const isLate = `due_at < begins_at - interval '${lateMinutes} minutes'`;
    const why = `'It was past ' || to_char(local_time, 'YYYY-MM-DD HH24:MI') || ' in ' || zone || ' already when the campaign went out'`;
    const chunks = await query<NewChunk & { toSeq: number }>(
      tx,
      `WITH timed AS (
         SELECT p.id, p.user_id, ${dueAt} AS due_at, ${isInOwnTimeZone ? zone : 'NULL'} AS zone, e.project_id,
           coalesce(e.planned_at, e.announced_at) AS begins_at, e.local_time
         FROM (${audience.sql}) AS p CROSS JOIN (SELECT * FROM execution WHERE id = ${executionId}::uuid) AS e
       ), added AS (
         INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at, profile_id,
           end_state, reason, ended_at)
         SELECT ${executionId}::uuid, nth, project_id, 1, nth, coalesce(user_id, id::text), ${template}::text, due_at, id,
           CASE WHEN ${isLate} THEN 'EXPIRED' END, CASE WHEN ${isLate} THEN ${why} END, CASE WHEN ${isLate} THEN now() END
         FROM (SELECT *, row_number() OVER (ORDER BY due_at, id)::int AS nth FROM timed) AS numbered
         RETURNING seq, due_at
       )
       INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at)
       SELECT ${executionId}::uuid, row_number() OVER (ORDER BY start), start, least(start + ${size}::int - 1, last), due_at
       FROM (SELECT due_at, min(seq) AS first, max(seq) AS last FROM added GROUP BY due_at) AS together,
         generate_series(first, last, ${size}::int) AS start
       RETURNING chunk_no AS "chunkNo", due_at AS "dueAt", to_seq AS "toSeq"`,
      [...audience.parameters, id, directTemplate, chunkSize],
    );
    const people = chunks.reduce((most, { toSeq }) => Math.max(most, toSeq), 0);
    await makeKnownToPlanner(tx, id, people);
    await execute(tx, 'UPDATE execution_template SET received = $2 WHERE execution_id = $1', [id, people]);
    await execute(
      tx,
      `UPDATE execution SET state = 'RUNNING', frozen_at = now(), read_at = now(), received = $2, recipients = $2,
         hold_reason = NULL WHERE id = $1`,
      [id, people],
    );
    return chunks;
  }
}
