import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { DirectCampaign } from '../direct/direct-campaign.repository';

/** The name that stands for the content of a Direct campaign where Optimove's have template ids. */
export const directTemplate = 'direct';

/** A Direct execution that has not ended, and why it is held. */
export interface OpenDirect {
  id: string;
  projectId: string;
  state: 'ANNOUNCED' | 'RUNNING';
  holdReason: string | null;
}

/** Whom to send to, as a statement of `id` and `user_id`. */
export interface AudienceStatement {
  sql: string;
  parameters: unknown[];
}

const openColumns = `id, project_id AS "projectId", state, hold_reason AS "holdReason"`;
const isOpen = `kind = 'DIRECT' AND state IN ('ANNOUNCED', 'RUNNING') AND cancel_requested_at IS NULL`;

/** Executions of Direct campaigns: their making, their audience and what holds them. */
@Injectable()
export class DirectExecutionRepository {
  /** One per launch and day, however often it is asked for. @returns its id, or null when it was there. */
  async insert(tx: Tx, campaign: DirectCampaign): Promise<string | null> {
    const [row] = await query<{ id: string }>(
      tx,
      `INSERT INTO execution (id, project_id, optimove_campaign_id, run_date, kind, launch)
       VALUES ($1, $2, $3, $4, 'DIRECT', $5) ON CONFLICT ON CONSTRAINT uq_execution_announcement DO NOTHING RETURNING id`,
      [newId(), campaign.projectId, campaign.id, campaign.nextDay, campaign.launches],
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
  async lockUnstarted(tx: Tx, id: string): Promise<{ id: string; projectId: string; announcedAt: Date } | null> {
    const [row] = await query<{ id: string; projectId: string; announcedAt: Date }>(
      tx,
      `SELECT id, project_id AS "projectId", announced_at AS "announcedAt" FROM execution
       WHERE id = $1 AND ${isOpen} AND state = 'ANNOUNCED' AND paused_at IS NULL FOR UPDATE`,
      [id],
    );
    return row ?? null;
  }

  /** Those that are not at their end, of every project. */
  open(tx: Tx, limit: number): Promise<OpenDirect[]> {
    return query(tx, `SELECT ${openColumns} FROM execution WHERE ${isOpen} ORDER BY id LIMIT $1`, [limit]);
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

  /** Freezes the audience: who is in the segment at this moment, in one statement, and the chunks they are sent in. */
  async freeze(
    tx: Tx,
    execution: { id: string; projectId: string },
    { audience, chunkSize }: { audience: AudienceStatement; chunkSize: number },
  ): Promise<number[]> {
    const { id, projectId } = execution;
    // New partitions have no statistics: nested loops over whole lists would be the planner's guess.
    await execute(tx, 'SET LOCAL enable_nestloop = off');
    const [first, second, third] = [1, 2, 3].map((place) => `$${audience.parameters.length + place}`);
    const [added] = await query<{ people: number }>(
      tx,
      `WITH added AS (
         INSERT INTO recipient (execution_id, seq, project_id, reading, row_no, customer_id, optimove_template_id, due_at, profile_id)
         SELECT ${first}::uuid, nth, ${second}::uuid, 1, nth, coalesce(user_id, id::text), ${third}::text, now(), id
         FROM (SELECT id, user_id, row_number() OVER (ORDER BY id)::int AS nth FROM (${audience.sql}) AS people) AS numbered
         RETURNING 1
       ) SELECT count(*)::int AS people FROM added`,
      [...audience.parameters, id, projectId, directTemplate],
    );
    const people = added?.people ?? 0;
    const chunks = await query<{ chunkNo: number }>(
      tx,
      `INSERT INTO execution_chunk (execution_id, chunk_no, from_seq, to_seq, due_at)
       SELECT $1, nth + 1, nth * $3 + 1, least((nth + 1) * $3, $2), now()
       FROM generate_series(0, ($2::int - 1) / $3) AS nth WHERE $2 > 0 RETURNING chunk_no AS "chunkNo"`,
      [id, people, chunkSize],
    );
    await execute(tx, 'UPDATE execution_template SET received = $2 WHERE execution_id = $1', [id, people]);
    await execute(
      tx,
      `UPDATE execution SET state = 'RUNNING', frozen_at = now(), read_at = now(), received = $2, recipients = $2,
         hold_reason = NULL WHERE id = $1`,
      [id, people],
    );
    return chunks.map(({ chunkNo }) => chunkNo);
  }
}
