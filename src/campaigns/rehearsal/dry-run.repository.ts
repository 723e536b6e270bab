import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { RehearsalSums } from '../domain/execution/rehearsal';

/** A list of Optimove to rehearse, by itself or as a call of the journal named it. */
export interface ListSubject {
  kind: 'EXECUTION' | 'CALLBACK';
  connectionId: string;
  request: {
    optimoveCampaignId: string;
    optimoveChannelId: number;
    smsPartPrice: number | null;
    /** The execution that knows where the files of the list are; none for a list of the API. */
    executionId?: string;
  };
}

/** A Direct campaign to rehearse. */
export interface DirectSubject {
  kind: 'DIRECT';
  connectionId: null;
  request: { directCampaignId: string; smsPartPrice: number | null };
}

/** What is to be rehearsed. */
export type NewDryRun = ListSubject | DirectSubject;

interface Kept {
  id: string;
  projectId: string;
  taskId: string;
  result: RehearsalSums | null;
  requestedAt: Date;
  finishedAt: Date | null;
}

/** A rehearsal of a list. */
export type ListDryRun = Kept & ListSubject;

/** A rehearsal of a Direct campaign. */
export type DirectDryRun = Kept & DirectSubject;

/** A rehearsal and, once it is over, what it found. */
export type DryRunRow = ListDryRun | DirectDryRun;

const columns = `id, project_id AS "projectId", connection_id AS "connectionId", task_id AS "taskId", kind, request, result,
  requested_at AS "requestedAt", finished_at AS "finishedAt"`;

/** Rehearsals, and the fingerprints of the rows that one has seen, so that repeats count without memory. */
@Injectable()
export class DryRunRepository {
  async insert(tx: Tx, row: NewDryRun & Pick<Kept, 'projectId' | 'taskId'>): Promise<string> {
    const id = newId();
    await execute(
      tx,
      'INSERT INTO dry_run (id, project_id, connection_id, task_id, kind, request) VALUES ($1, $2, $3, $4, $5, $6)',
      [id, row.projectId, row.connectionId, row.taskId, row.kind, JSON.stringify(row.request)],
    );
    return id;
  }

  /** By id alone, for workers; null when it is over. */
  async open(tx: Tx, id: string): Promise<DryRunRow | null> {
    const [row] = await query<DryRunRow>(tx, `SELECT ${columns} FROM dry_run WHERE id = $1 AND finished_at IS NULL`, [
      id,
    ]);
    return row ?? null;
  }

  async find(tx: Tx, projectId: string, id: string): Promise<DryRunRow | null> {
    const [row] = await query<DryRunRow>(tx, `SELECT ${columns} FROM dry_run WHERE project_id = $1 AND id = $2`, [
      projectId,
      id,
    ]);
    return row ?? null;
  }

  ofIds(tx: Tx, projectId: string, ids: string[]): Promise<DryRunRow[]> {
    return query(tx, `SELECT ${columns} FROM dry_run WHERE project_id = $1 AND id = ANY($2::uuid[]) ORDER BY id`, [
      projectId,
      ids,
    ]);
  }

  /** The latest, newest first. */
  list(
    tx: Tx,
    projectId: string,
    { beforeId, limit }: { beforeId: string | null; limit: number },
  ): Promise<DryRunRow[]> {
    return query(
      tx,
      `SELECT ${columns} FROM dry_run WHERE project_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [projectId, beforeId, limit],
    );
  }

  /** Ids of rehearsals that were asked for so long ago and are not over. */
  async overdue(tx: Tx, seconds: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM dry_run WHERE finished_at IS NULL AND requested_at < now() - $1 * interval '1 second' LIMIT 100`,
      [seconds],
    );
    return rows.map(({ id }) => id);
  }

  async finish(tx: Tx, id: string, result: RehearsalSums | null): Promise<void> {
    await this.forget(tx, id);
    await execute(tx, 'UPDATE dry_run SET result = $2, finished_at = now() WHERE id = $1', [
      id,
      result && JSON.stringify(result),
    ]);
  }

  /** Forgets what an earlier try of the same rehearsal saw. */
  async forget(tx: Tx, id: string): Promise<void> {
    await execute(tx, 'DELETE FROM triggered_occurrence WHERE execution_id = $1', [id]);
  }

  /** Which of these rows were not seen before, as positions. Equal ones among them count once. */
  async firstSeen(tx: Tx, id: string, keys: string[]): Promise<Set<number>> {
    const rows = await query<{ position: number }>(
      tx,
      `WITH given AS (
         SELECT sha256(convert_to(key, 'UTF8')) AS fingerprint, min(position)::int AS position
         FROM unnest($2::text[]) WITH ORDINALITY AS k(key, position) GROUP BY 1
       ), kept AS (
         INSERT INTO triggered_occurrence (execution_id, fingerprint) SELECT $1, fingerprint FROM given
         ON CONFLICT DO NOTHING RETURNING fingerprint
       )
       SELECT given.position - 1 AS position FROM given JOIN kept USING (fingerprint)`,
      [id, keys],
    );
    return new Set(rows.map(({ position }) => position));
  }
}
