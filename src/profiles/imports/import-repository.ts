import { newId } from '@libs/foundation';
import { execute, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Sums of an import. received = created + updated + repeated + rejected. */
export interface ImportSums {
  received: number;
  created: number;
  updated: number;
  /** Rows that a later row of the same batch replaced. */
  repeated: number;
  rejected: number;
}

/** A rejected row as it stood in the file. */
export interface RejectedRow {
  line: number;
  reason: string;
  raw: string;
}

/** A listed import. */
export interface ListedImport extends ImportSums {
  id: string;
  taskId: string;
  kind: string;
  createdAt: Date;
  finishedAt: Date | null;
}

const longestRaw = 4_000;
/** Fewer people are read through in the time that counting them takes. */
const manyRows = 10_000;
/** The columns that people and their devices are looked up by. */
const counted = {
  PROFILES: 'profile (project_id, user_id, mobile_number)',
  DEVICES: 'device (project_id, profile_id)',
};

/** Imports and the rows they rejected. */
@Injectable()
export class ImportRepository {
  async start(
    tx: Tx,
    { projectId, taskId, kind }: { projectId: string; taskId: string; kind: string },
  ): Promise<string> {
    const id = newId();
    await query(tx, 'INSERT INTO import (id, project_id, task_id, kind) VALUES ($1, $2, $3, $4)', [
      id,
      projectId,
      taskId,
      kind,
    ]);
    return id;
  }

  /** Keeps rejected rows and the sums so far. */
  async note(tx: Tx, importId: string, sums: ImportSums, rejects: RejectedRow[]): Promise<void> {
    if (rejects.length > 0) await this.keep(tx, importId, rejects);
    await execute(
      tx,
      'UPDATE import SET received = $2, created = $3, updated = $4, repeated = $5, rejected = $6 WHERE id = $1',
      [importId, sums.received, sums.created, sums.updated, sums.repeated, sums.rejected],
    );
  }

  private async keep(tx: Tx, importId: string, rejects: RejectedRow[]): Promise<void> {
    await query(
      tx,
      `INSERT INTO import_reject (project_id, import_id, line, reason, raw)
       SELECT i.project_id, i.id, r.line, r.reason, r.raw
       FROM import i, unnest($2::int[], $3::text[], $4::text[]) AS r(line, reason, raw) WHERE i.id = $1`,
      [
        importId,
        rejects.map(({ line }) => line),
        rejects.map(({ reason }) => reason.replaceAll('\u0000', '')),
        rejects.map(({ raw }) => raw.replaceAll('\u0000', '').slice(0, longestRaw)),
      ],
    );
  }

  async finish(tx: Tx, importId: string): Promise<void> {
    await execute(tx, 'UPDATE import SET finished_at = now() WHERE id = $1', [importId]);
  }

  /**
   * Tells PostgreSQL's planner of what a large import brought. Until the next count of the table, which may be days away
   * among the people of others, everybody of a new project would be read for each who is looked for.
   */
  async makeKnownToPlanner(tx: Tx, kind: keyof typeof counted, { created }: ImportSums): Promise<void> {
    if (created >= manyRows) await query(tx, `ANALYZE ${counted[kind]}`);
  }

  list(
    tx: Tx,
    { projectId, beforeId, limit }: { projectId: string; beforeId: string | null; limit: number },
  ): Promise<ListedImport[]> {
    return query<ListedImport>(
      tx,
      `SELECT id, task_id AS "taskId", kind, received, created, updated, repeated, rejected, created_at AS "createdAt",
         finished_at AS "finishedAt"
       FROM import WHERE project_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [projectId, beforeId, limit],
    );
  }

  async exists(tx: Tx, projectId: string, id: string): Promise<boolean> {
    return (await query(tx, 'SELECT 1 FROM import WHERE project_id = $1 AND id = $2', [projectId, id])).length === 1;
  }

  /** Rejected rows after a position, in the order of the file. */
  rejects(
    tx: Tx,
    { projectId, importId, afterId, limit }: { projectId: string; importId: string; afterId: string; limit: number },
  ): Promise<(RejectedRow & { id: string })[]> {
    return query(
      tx,
      'SELECT id, line, reason, raw FROM import_reject WHERE project_id = $1 AND import_id = $2 AND id > $3 ORDER BY id LIMIT $4',
      [projectId, importId, afterId, limit],
    );
  }
}
