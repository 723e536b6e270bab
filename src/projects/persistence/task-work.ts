import { query, type Tx } from '@libs/platform';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Work, WorkFilter } from '../domain/work';
import { WorkSources } from '../work-sources';

/** Tasks as work: those that modules begin with `Tasks`. */
@Injectable()
export class TaskWork implements OnModuleInit {
  constructor(private readonly sources: WorkSources) {}

  onModuleInit(): void {
    this.sources.register({ list: (tx, filter) => this.list(tx, filter) });
  }

  private list(tx: Tx, filter: WorkFilter): Promise<Work[]> {
    const { projectId, id, connectionId, kind, isOpen, statuses, from, to, beforeId, limit } = filter;
    return query(
      tx,
      `SELECT id, connection_id AS "connectionId", kind, title, status, triggered_by AS "triggeredBy", total, processed,
         succeeded, failed, detail, created_at AS "createdAt", started_at AS "startedAt", finished_at AS "finishedAt",
         CASE WHEN failed > 0 THEN '/tasks/' || id || '/errors.csv' END AS "failedRowsPath"
       FROM task WHERE project_id = $1 AND ($2::uuid IS NULL OR id = $2) AND ($3::uuid IS NULL OR connection_id = $3)
         AND ($4::text IS NULL OR kind = $4) AND ($5::boolean IS NULL OR (status = 'RUNNING') = $5)
         AND ($6::uuid IS NULL OR id < $6) AND ($8::text[] IS NULL OR status = ANY($8))
         AND ($9::timestamptz IS NULL OR created_at >= $9) AND ($10::timestamptz IS NULL OR created_at < $10)
       ORDER BY id DESC LIMIT $7`,
      [projectId, id, connectionId, kind, isOpen, beforeId, limit, statuses, from, to],
    );
  }
}
