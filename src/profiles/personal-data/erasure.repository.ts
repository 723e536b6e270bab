import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Person } from './personal-data';

/** An erasure that goes on; who it is about is forgotten with its end. */
export interface Erasure {
  id: string;
  projectId: string;
  taskId: string;
  person: Person;
}

/** Erasures of people, so that none stops half-way. */
@Injectable()
export class ErasureRepository {
  async add(tx: Tx, { id, projectId, taskId, person }: Erasure): Promise<void> {
    const sql = 'INSERT INTO erasure (id, project_id, task_id, person) VALUES ($1, $2, $3, $4)';
    await query(tx, sql, [id, projectId, taskId, JSON.stringify(person)]);
  }

  /** Until `tx` ends nothing is written to the profile, devices before it as whoever moves one does. */
  async hold(tx: Tx, projectId: string, profileId: string): Promise<void> {
    const key = [projectId, profileId];
    const devices = 'SELECT FROM device WHERE project_id = $1 AND profile_id = $2 ORDER BY id FOR UPDATE';
    await query(tx, devices, key);
    await query(tx, 'SELECT FROM profile WHERE project_id = $1 AND id = $2 FOR UPDATE', key);
  }

  /** Takes an erasure by its id alone, as a job has it, and holds it until `tx` ends; null when it has ended. */
  async take(tx: Tx, id: string): Promise<Erasure | null> {
    const [erasure] = await query<Erasure>(
      tx,
      `SELECT id, project_id AS "projectId", task_id AS "taskId", person FROM erasure
       WHERE id = $1 AND finished_at IS NULL FOR UPDATE SKIP LOCKED`,
      [id],
    );
    return erasure ?? null;
  }

  async finish(tx: Tx, id: string): Promise<void> {
    await execute(tx, 'UPDATE erasure SET person = NULL, finished_at = now() WHERE id = $1', [id]);
  }

  /** Erasures that began a while ago and that nobody holds. */
  async waiting(tx: Tx): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM erasure WHERE finished_at IS NULL AND started_at < now() - interval '1 minute'
       LIMIT 100 FOR UPDATE SKIP LOCKED`,
    );
    return rows.map(({ id }) => id);
  }
}
