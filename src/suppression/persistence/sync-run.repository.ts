import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { RunTakenOverError, type SyncRun } from '../domain/sync';

const columns = `id, project_id AS "projectId", connection_id AS "connectionId", attribute_id AS "attributeId", source,
  data_date::text AS "dataDate", state, task_id AS "taskId", attempt, received, added, changed, cleared, unchanged,
  kept_own AS "keptOwn", unknown_customers AS "unknownCustomers", repeated, rejected, detail, started_at AS "startedAt",
  finished_at AS "finishedAt"`;

const anew = `state = 'WAITING', attempt = 0, held_until = NULL, detail = NULL, finished_at = NULL`;
const heldFor = `now() + interval '60 seconds'`;

/** A run that begins. */
export type NewRun = Pick<SyncRun, 'projectId' | 'connectionId' | 'attributeId' | 'source' | 'dataDate' | 'taskId'>;

/** Syncs of attributes: one per attribute and data date, worked by one worker at a time. */
@Injectable()
export class SyncRunRepository {
  /** Adds a run; null when changes of this attribute and day have their run already. */
  async add(tx: Tx, run: NewRun): Promise<string | null> {
    const rows = await query<{ id: string }>(
      tx,
      `INSERT INTO suppression_sync_run (id, project_id, connection_id, attribute_id, source, data_date, task_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
      [newId(), run.projectId, run.connectionId, run.attributeId, run.source, run.dataDate, run.taskId],
    );
    return rows[0]?.id ?? null;
  }

  /** The run of the changes of a day. */
  async ofDay(tx: Tx, attributeId: string, dataDate: string): Promise<SyncRun | null> {
    const rows = await query<SyncRun>(
      tx,
      `SELECT ${columns} FROM suppression_sync_run WHERE attribute_id = $1 AND data_date = $2 AND source = 'CHANGERS'`,
      [attributeId, dataDate],
    );
    return rows[0] ?? null;
  }

  async page(
    tx: Tx,
    page: { projectId: string; attributeId: string; beforeId: string | null; limit: number },
  ): Promise<SyncRun[]> {
    return query(
      tx,
      `SELECT ${columns} FROM suppression_sync_run
       WHERE project_id = $1 AND attribute_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [page.projectId, page.attributeId, page.beforeId, page.limit],
    );
  }

  /** Takes a run that nobody holds; null when there is nothing to do. */
  async take(tx: Tx, id: string, holder: string): Promise<SyncRun | null> {
    const rows = await query<SyncRun>(
      tx,
      `UPDATE suppression_sync_run SET state = 'RUNNING', holder = $2, held_until = ${heldFor}, attempt = attempt + 1,
         received = 0, rejected = 0
       WHERE id = $1 AND state IN ('WAITING', 'RUNNING') AND (held_until IS NULL OR held_until < now())
       RETURNING ${columns}`,
      [id, holder],
    );
    return rows[0] ?? null;
  }

  /** Goes on holding the run and adds to its counts. @throws {RunTakenOverError} */
  async hold(tx: Tx, id: string, holder: string, done = { received: 0, rejected: 0 }): Promise<void> {
    const count = await execute(
      tx,
      `UPDATE suppression_sync_run SET held_until = ${heldFor}, received = received + $3, rejected = rejected + $4
       WHERE id = $1 AND holder = $2 AND state = 'RUNNING'`,
      [id, holder, done.received, done.rejected],
    );
    if (count === 0) throw new RunTakenOverError(`Another worker has taken the sync run ${id}`);
  }

  /** Gives the run back, to be tried again after a while; `attempt` tries of it count. */
  async putOff(
    tx: Tx,
    id: string,
    holder: string,
    { seconds, detail, attempt }: { seconds: number; detail: string; attempt: number },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE suppression_sync_run SET state = 'WAITING', holder = NULL, held_until = now() + $3 * interval '1 second',
         detail = $4, attempt = $5 WHERE id = $1 AND holder = $2`,
      [id, holder, seconds, detail, attempt],
    );
  }

  /** Lets the runs of a connection that wait for their next try be taken at once. @returns their ids. */
  async endWaits(tx: Tx, connectionId: string): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `UPDATE suppression_sync_run SET held_until = NULL
       WHERE connection_id = $1 AND state = 'WAITING' AND source = 'CHANGERS' AND held_until > now() RETURNING id`,
      [connectionId],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * A run that failed `restSeconds` ago or earlier may be tried again, and one whose day counts as not read any more.
   * @returns whether there was one.
   */
  async reopen(tx: Tx, id: string, restSeconds = 0): Promise<boolean> {
    const count = await execute(
      tx,
      `UPDATE suppression_sync_run r SET ${anew}
       WHERE id = $1 AND (state = 'FAILED' AND finished_at <= now() - $2 * interval '1 second'
         OR state IN ('SUCCEEDED', 'PARTLY_FAILED') AND EXISTS (SELECT FROM suppression_attribute a
           WHERE a.id = r.attribute_id AND coalesce(a.data_date < r.data_date, true)))`,
      [id, restSeconds],
    );
    return count > 0;
  }

  /** A run that ended, however it did, is worked once more. @returns whether there was one. */
  async repeat(tx: Tx, id: string): Promise<boolean> {
    const count = await execute(
      tx,
      `UPDATE suppression_sync_run SET ${anew} WHERE id = $1 AND state IN ('SUCCEEDED', 'PARTLY_FAILED', 'FAILED')`,
      [id],
    );
    return count > 0;
  }

  async finish(
    tx: Tx,
    id: string,
    { state, detail }: { state: 'SUCCEEDED' | 'PARTLY_FAILED' | 'FAILED'; detail: string | null },
  ): Promise<void> {
    await execute(
      tx,
      `UPDATE suppression_sync_run r SET state = $2, detail = $3, finished_at = now(), holder = NULL, held_until = NULL,
         added = c.added, changed = c.changed, cleared = c.cleared, unchanged = c.unchanged,
         kept_own = c.kept_own, unknown_customers = c.unknown, repeated = greatest(0, received - rejected - c.listed)
       FROM (
         SELECT count(*) FILTER (WHERE change = 'ADDED') AS added, count(*) FILTER (WHERE change = 'CHANGED') AS changed,
           count(*) FILTER (WHERE change = 'CLEARED') AS cleared, count(*) FILTER (WHERE change = 'UNCHANGED') AS unchanged,
           count(*) FILTER (WHERE own_stays) AS kept_own, count(*) FILTER (WHERE NOT is_known) AS unknown, count(*) FILTER (WHERE is_listed) AS listed
         FROM remembered_value
         WHERE run_id = $1 AND attribute_id = (SELECT attribute_id FROM suppression_sync_run WHERE id = $1)
       ) AS c WHERE r.id = $1`,
      [id, state, detail],
    );
  }

  /** Files whose upload nobody carries on with. @returns their tasks. */
  async failAbandoned(tx: Tx, detail: string): Promise<string[]> {
    const rows = await query<{ task_id: string }>(
      tx,
      `UPDATE suppression_sync_run SET state = 'FAILED', detail = $1, finished_at = now(), holder = NULL
       WHERE state IN ('WAITING', 'RUNNING') AND source = 'FILE' AND held_until < now() RETURNING task_id`,
      [detail],
    );
    return rows.map((row) => row.task_id);
  }

  /** Ends the runs of attributes of this name that wait or are worked on. @returns their tasks. */
  async failOpenOf(
    tx: Tx,
    { projectId, name, detail }: { projectId: string; name: string; detail: string },
  ): Promise<string[]> {
    const rows = await query<{ task_id: string }>(
      tx,
      `UPDATE suppression_sync_run SET state = 'FAILED', detail = $3, finished_at = now(), holder = NULL
       WHERE state IN ('WAITING', 'RUNNING') AND project_id = $1
         AND attribute_id IN (SELECT id FROM suppression_attribute WHERE project_id = $1 AND name = $2) RETURNING task_id`,
      [projectId, name, detail],
    );
    return rows.map((row) => row.task_id);
  }

  /** Ends the runs of a connection that wait or are worked on. @returns their tasks. */
  async failOpen(tx: Tx, connectionId: string, detail: string): Promise<string[]> {
    const rows = await query<{ task_id: string }>(
      tx,
      `UPDATE suppression_sync_run SET state = 'FAILED', detail = $2, finished_at = now(), holder = NULL
       WHERE state IN ('WAITING', 'RUNNING') AND connection_id = $1 RETURNING task_id`,
      [connectionId, detail],
    );
    return rows.map((row) => row.task_id);
  }

  /** Runs that wait, or whose worker is gone. */
  async open(tx: Tx): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM suppression_sync_run WHERE state IN ('WAITING', 'RUNNING') AND source = 'CHANGERS'
         AND (held_until IS NULL OR held_until < now()) ORDER BY id LIMIT 1000`,
    );
    return rows.map(({ id }) => id);
  }
}
