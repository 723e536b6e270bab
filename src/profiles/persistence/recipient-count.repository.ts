import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { DeviceFilter } from '../domain/device-filter';
import type { SegmentRules } from '../domain/segments/rules';
import type { RecipientSums } from './segment-people.repository';

/** A count of recipients, perhaps still going on. */
export interface RecipientCount extends RecipientSums {
  id: string;
  projectId: string;
  taskId: string;
  segmentId: string | null;
  rules: SegmentRules;
  devices: DeviceFilter;
  asOf: Date;
  afterId: string | null;
  finishedAt: Date | null;
  /** Why it could not be made; its sums are then of some people only. */
  problem: string | null;
}

const columns = `id, project_id AS "projectId", task_id AS "taskId", segment_id AS "segmentId", rules, devices, as_of AS "asOf",
  after_id AS "afterId", people, mobile_push AS "mobilePush", web_push AS "webPush", email, sms, inside,
  finished_at AS "finishedAt", problem`;

/** Counts of recipients: their rules as they were asked for, how far they came, their sums. */
@Injectable()
export class RecipientCountRepository {
  async add(
    tx: Tx,
    {
      id,
      projectId,
      taskId,
      segmentId,
      rules,
      devices,
    }: Pick<RecipientCount, 'id' | 'projectId' | 'taskId' | 'segmentId' | 'rules' | 'devices'>,
  ): Promise<void> {
    await query(
      tx,
      `INSERT INTO recipient_count (id, project_id, task_id, segment_id, rules, devices, as_of)
       VALUES ($1, $2, $3, $4, $5, $6, now())`,
      [id, projectId, taskId, segmentId, JSON.stringify(rules), JSON.stringify(devices)],
    );
  }

  async find(tx: Tx, projectId: string, id: string): Promise<RecipientCount | null> {
    const sql = `SELECT ${columns} FROM recipient_count WHERE project_id = $1 AND id = $2`;
    const [row] = await query<RecipientCount>(tx, sql, [projectId, id]);
    return row ?? null;
  }

  /** Takes a count by its id alone, as a job has it, and holds it until `tx` ends. */
  async take(tx: Tx, id: string): Promise<RecipientCount | null> {
    const sql = `SELECT ${columns} FROM recipient_count WHERE id = $1 AND finished_at IS NULL FOR UPDATE`;
    const [row] = await query<RecipientCount>(tx, sql, [id]);
    return row ?? null;
  }

  /** Counts of the last day that began a while ago and that nobody holds. */
  async waiting(tx: Tx): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM recipient_count WHERE finished_at IS NULL AND as_of < now() - interval '1 minute'
         AND as_of > now() - interval '1 day' LIMIT 100 FOR UPDATE SKIP LOCKED`,
    );
    return rows.map(({ id }) => id);
  }

  /** Adds the sums of a range of people and remembers where the next one begins; without a next one it is finished. */
  async advance(tx: Tx, id: string, { sums, next }: { sums: RecipientSums; next: string | null }): Promise<void> {
    await execute(
      tx,
      `UPDATE recipient_count SET people = people + $2, mobile_push = mobile_push + $3, web_push = web_push + $4,
         email = email + $5, sms = sms + $6, inside = inside + $7, after_id = coalesce($8, after_id),
         finished_at = CASE WHEN $8::uuid IS NULL THEN now() END WHERE id = $1`,
      [id, sums.people, sums.mobilePush, sums.webPush, sums.email, sums.sms, sums.inside, next],
    );
  }

  /** Counts that are not done after a day and that nobody holds. */
  async overdue(tx: Tx): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM recipient_count WHERE finished_at IS NULL AND as_of <= now() - interval '1 day'
       LIMIT 100 FOR UPDATE SKIP LOCKED`,
    );
    return rows.map(({ id }) => id);
  }

  /** Ends a count that cannot be made. */
  async abandon(tx: Tx, id: string, problem: string): Promise<void> {
    await execute(tx, 'UPDATE recipient_count SET finished_at = now(), problem = $2 WHERE id = $1', [id, problem]);
  }
}
