import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** One reading of a list, as people see it. */
export interface ListedReading {
  reading: number;
  startedAt: Date;
  finishedAt: Date | null;
  listed: number;
  added: number;
  known: number;
  erased: number;
  duplicates: number;
  malformed: number;
  unknownAttributes: string[];
  problem: string | null;
}

/** What told us of an execution, as people see it. */
export interface ListedAnnouncement {
  source: string;
  timeStamp: string;
  receivedAt: Date;
}

const mostListed = 100;

/** How an execution came to its list, for people. */
@Injectable()
export class ReadingListRepository {
  constructor(private readonly transactions: Transactions) {}

  /** In order, the first 100. */
  readings(projectId: string, executionId: string): Promise<ListedReading[]> {
    return query(
      this.transactions.pool,
      `SELECT reading, started_at AS "startedAt", finished_at AS "finishedAt", listed, added, known, erased, duplicates, malformed, problem,
         unknown_attributes AS "unknownAttributes"
       FROM execution_reading WHERE execution_id = (SELECT id FROM execution WHERE id = $2 AND project_id = $1)
       ORDER BY reading LIMIT ${mostListed}`,
      [projectId, executionId],
    );
  }

  /** What Optimove did not know in the readings that count, sorted. */
  async unknownAttributes(projectId: string, executionId: string): Promise<string[]> {
    const [row] = await query<{ names: string[] }>(
      this.transactions.pool,
      `SELECT ARRAY(SELECT DISTINCT unnest(unknown_attributes) FROM execution_reading
         WHERE execution_id = (SELECT id FROM execution WHERE id = $2 AND project_id = $1)
           AND (finished_at IS NOT NULL OR problem IS NULL) ORDER BY 1) AS names`,
      [projectId, executionId],
    );
    return row?.names ?? [];
  }

  /** In order, the first 100. */
  announcements(projectId: string, executionId: string): Promise<ListedAnnouncement[]> {
    return query(
      this.transactions.pool,
      `SELECT source, time_stamp AS "timeStamp", received_at AS "receivedAt" FROM execution_announcement
       WHERE execution_id = (SELECT id FROM execution WHERE id = $2 AND project_id = $1)
       ORDER BY received_at LIMIT ${mostListed}`,
      [projectId, executionId],
    );
  }

  /** Longest time between when a chunk was due and when it was first taken, in seconds; null before the first. */
  async lagSeconds(projectId: string, executionId: string): Promise<number | null> {
    const [row] = await query<{ lag: number | null }>(
      this.transactions.pool,
      `SELECT (max(greatest(lag_ms, 0)) / 1000)::int AS lag FROM execution_chunk
       WHERE execution_id = (SELECT id FROM execution WHERE id = $2 AND project_id = $1)`,
      [projectId, executionId],
    );
    return row?.lag ?? null;
  }
}
