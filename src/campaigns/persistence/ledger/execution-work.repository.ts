import { query, type Tx } from '@libs/platform';
import type { WorkFilter } from '@modules/projects';
import { Injectable } from '@nestjs/common';

/** An execution as a piece of work. */
export interface ExecutionWorkRow {
  id: string;
  kind: 'SCHEDULED' | 'TRIGGERED' | 'DIRECT';
  connectionId: string | null;
  campaignId: string;
  runDate: string;
  state: 'ANNOUNCED' | 'READING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  reason: string | null;
  holdReason: string | null;
  isPaused: boolean;
  /** Rows of its list that are read, while it is read. */
  read: number;
  announcedAt: Date;
  completedAt: Date | null;
}

/** Executions among the long work of a project. */
@Injectable()
export class ExecutionWorkRepository {
  /** Newest first. */
  list(tx: Tx, filter: WorkFilter): Promise<ExecutionWorkRow[]> {
    const { projectId, id, connectionId, isOpen, beforeId, limit } = filter;
    return query(
      tx,
      `SELECT e.id, e.kind, e.connection_id AS "connectionId", e.optimove_campaign_id AS "campaignId",
         e.run_date::text AS "runDate", e.state, e.reason, e.hold_reason AS "holdReason",
         e.paused_at IS NOT NULL AS "isPaused", e.announced_at AS "announcedAt", e.completed_at AS "completedAt",
         CASE WHEN e.state = 'READING' THEN (SELECT coalesce(sum(p.received), 0)::int FROM execution_page p
           WHERE p.execution_id = e.id AND p.reading = e.reading) ELSE 0 END AS read
       FROM execution e WHERE e.project_id = $1 AND ($2::uuid IS NULL OR e.id = $2)
         AND ($3::uuid IS NULL OR e.connection_id = $3) AND ($4::uuid IS NULL OR e.id < $4)
         AND ($5::boolean IS NULL OR (e.state IN ('ANNOUNCED', 'READING', 'RUNNING')) = $5)
       ORDER BY e.id DESC LIMIT $6`,
      [projectId, id, connectionId, beforeId, isOpen, limit],
    );
  }
}
