import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { TaskEntity, type TaskStatus } from './persistence/task.entity';

/** A task that begins. */
export interface NewTask {
  projectId: string;
  connectionId?: string;
  /** `module.what`, such as `profiles.import`. */
  kind: string;
  title: string;
  /** How many items, when known. */
  total?: number;
  /** Label of the API key, or the clock that started it. */
  triggeredBy: string;
  /** It begins with {@link Tasks.restart} or its first progress, not now. */
  waits?: true;
}

/** Items done since the last report. */
export interface TaskProgress {
  processed: number;
  succeeded: number;
  failed: number;
}

const halfCharacter = /\p{Surrogate}/gu;

/** Longer work as people see it: progress, counts, and every failed row with its reason. */
@Injectable()
export class Tasks {
  /** Begins a task and returns its id. */
  async start(tx: Tx, { waits, ...task }: NewTask): Promise<string> {
    const id = newId();
    await tx.insert(TaskEntity, { id, ...task, startedAt: waits ? null : undefined });
    return id;
  }

  /** The work begins anew: counts and rejected rows of the earlier try are dropped. */
  async restart(tx: Tx, taskId: string): Promise<void> {
    await execute(
      tx,
      `UPDATE task SET status = 'RUNNING', processed = 0, succeeded = 0, failed = 0, detail = NULL, finished_at = NULL,
         started_at = coalesce(started_at, now()), updated_at = now() WHERE id = $1`,
      [taskId],
    );
    await execute(tx, 'DELETE FROM task_error WHERE task_id = $1', [taskId]);
  }

  /** Adds to the counts. */
  async progress(tx: Tx, taskId: string, { processed, succeeded, failed }: TaskProgress): Promise<void> {
    await execute(
      tx,
      `UPDATE task SET processed = processed + $2, succeeded = succeeded + $3, failed = failed + $4,
         started_at = coalesce(started_at, now()), updated_at = now()
       WHERE id = $1`,
      [taskId, processed, succeeded, failed],
    );
  }

  /** Keeps rejected rows with their reasons, without what PostgreSQL cannot store (zero bytes, halves of characters). */
  async addErrors(tx: Tx, taskId: string, rows: { row: unknown; reason: string }[]): Promise<void> {
    if (rows.length === 0) return;
    await query(
      tx,
      `INSERT INTO task_error (project_id, task_id, row_data, reason)
       SELECT t.project_id, t.id, e.row_data::jsonb, e.reason
       FROM task t, unnest($2::text[], $3::text[]) AS e(row_data, reason) WHERE t.id = $1`,
      [taskId, rows.map(({ row }) => JSON.stringify(row, storableText)), rows.map(({ reason }) => storable(reason))],
    );
  }

  /** Ends a task; `detail` says why when it failed. */
  async finish(tx: Tx, taskId: string, status: Exclude<TaskStatus, 'RUNNING'>, detail?: string): Promise<void> {
    await execute(
      tx,
      'UPDATE task SET status = $2, detail = $3, finished_at = now(), updated_at = now() WHERE id = $1',
      [taskId, status, detail ?? null],
    );
  }

  /** Kept rows after a position, in the order in which they came. */
  errors(
    tx: Tx,
    { projectId, taskId, afterId, limit }: { projectId: string; taskId: string; afterId: string; limit: number },
  ): Promise<{ id: string; row_data: unknown; reason: string }[]> {
    return query(
      tx,
      `SELECT id, row_data, reason FROM task_error WHERE project_id = $1 AND task_id = $2 AND id > $3 ORDER BY id LIMIT $4`,
      [projectId, taskId, afterId, limit],
    );
  }

  /** Whether any row of the task was rejected. */
  async hasErrors(tx: Tx, taskId: string): Promise<boolean> {
    return (await query(tx, 'SELECT 1 FROM task_error WHERE task_id = $1 LIMIT 1', [taskId])).length > 0;
  }

  /** Kept rows of the project that one of the patterns finds in their JSON. */
  errorsNaming(tx: Tx, projectId: string, patterns: string[]): Promise<{ row_data: unknown; reason: string }[]> {
    return query(
      tx,
      `SELECT task_id, row_data, reason FROM task_error WHERE project_id = $1 AND row_data::text ~ ANY($2::text[])`,
      [projectId, patterns],
    );
  }

  /** Empties those rows; that there was a failed row stays. @returns how many. */
  eraseErrors(tx: Tx, projectId: string, patterns: string[]): Promise<number> {
    return execute(
      tx,
      `UPDATE task_error SET row_data = 'null', reason = 'Erased with the person'
       WHERE project_id = $1 AND row_data::text ~ ANY($2::text[])`,
      [projectId, patterns],
    );
  }
}

function storable(text: string): string {
  return text.replaceAll('\u0000', '').replace(halfCharacter, '\ufffd');
}

function storableText(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? storable(value) : value;
}
