import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** An inbound call as it is kept. */
export interface JournalledCall {
  id: string;
  connectionId: string;
  kind: string;
  body: Buffer;
  receivedAt: Date;
  outcome: string;
  reason: string | null;
  executionId: string | null;
}

const columns = `id::text AS id, connection_id AS "connectionId", kind, body, received_at AS "receivedAt", outcome, reason,
  execution_id AS "executionId"`;

/** The raw inbound journal for people. */
@Injectable()
export class JournalListRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Newest first. */
  list(
    projectId: string,
    connectionId: string,
    { beforeId, limit }: { beforeId: string | null; limit: number },
  ): Promise<JournalledCall[]> {
    return query(
      this.transactions.pool,
      `SELECT ${columns} FROM callback_journal
       WHERE project_id = $1 AND connection_id = $2 AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
      [projectId, connectionId, beforeId, limit],
    );
  }

  async find(projectId: string, id: string): Promise<JournalledCall | null> {
    const [row] = await query<JournalledCall>(
      this.transactions.pool,
      `SELECT ${columns} FROM callback_journal WHERE project_id = $1 AND id = $2::bigint`,
      [projectId, id],
    );
    return row ?? null;
  }
}
