import { query, type Tx } from '@libs/platform';
import type { WorkFilter, WorkStatus } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { summedTallies } from './folded-sums.repository';

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
  status: WorkStatus;
  isPaused: boolean;
  /** Rows of its list that are read, while it is read. */
  read: number;
  announcedAt: Date;
  /** When its list was first read or its audience fixed; null: it waits. */
  startedAt: Date | null;
  completedAt: Date | null;
}

const isMissed = `EXISTS (SELECT 1 FROM ${summedTallies}
  WHERE t.measure IN ('FAILED', 'UNCERTAIN') AND t.count > 0)`;

const status = `CASE WHEN e.state IN ('FAILED', 'CANCELLED') THEN e.state
  WHEN e.state = 'COMPLETED' THEN CASE WHEN ${isMissed} THEN 'PARTLY_FAILED' ELSE 'SUCCEEDED' END
  WHEN e.paused_at IS NOT NULL OR e.hold_reason IS NOT NULL THEN 'HELD' ELSE 'RUNNING' END`;

/** Executions among the long work of a project. */
@Injectable()
export class ExecutionWorkRepository {
  /** Newest first. */
  list(tx: Tx, filter: WorkFilter): Promise<ExecutionWorkRow[]> {
    const { projectId, id, connectionId, isOpen, statuses, from, to, beforeId, limit } = filter;
    return query(
      tx,
      `SELECT e.id, e.kind, e.connection_id AS "connectionId", e.optimove_campaign_id AS "campaignId",
         e.run_date::text AS "runDate", e.state, e.reason, e.hold_reason AS "holdReason",
         e.paused_at IS NOT NULL AS "isPaused", e.announced_at AS "announcedAt",
         least(e.read_started_at, e.frozen_at) AS "startedAt", ${status} AS status, e.completed_at AS "completedAt",
         CASE WHEN e.state = 'READING' THEN (SELECT coalesce(sum(p.received), 0)::int FROM execution_page p
           WHERE p.execution_id = e.id AND p.reading = e.reading) ELSE 0 END AS read
       FROM execution e WHERE e.project_id = $1 AND ($2::uuid IS NULL OR e.id = $2)
         AND ($3::uuid IS NULL OR e.connection_id = $3) AND ($4::uuid IS NULL OR e.id < $4)
         AND ($5::boolean IS NULL OR (e.state IN ('ANNOUNCED', 'READING', 'RUNNING')) = $5)
         AND ($7::text[] IS NULL OR ${status} = ANY($7))
         AND ($8::timestamptz IS NULL OR e.announced_at >= $8) AND ($9::timestamptz IS NULL OR e.announced_at < $9)
       ORDER BY e.id DESC LIMIT $6`,
      [projectId, id, connectionId, beforeId, isOpen, limit, statuses, from, to],
    );
  }
}
