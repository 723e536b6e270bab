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
  optimoveCampaignId: string | null;
  optimoveChannelId: number | null;
  /** When its personal data were removed; null while they are there. */
  strippedAt: Date | null;
}

/** Which calls to list. */
export interface JournalFilter {
  connectionId: string;
  outcome: string | null;
  optimoveCampaignId: string | null;
}

const columns = `id::text AS id, connection_id AS "connectionId", kind, body, received_at AS "receivedAt", outcome, reason,
  execution_id AS "executionId", optimove_campaign_id AS "optimoveCampaignId", optimove_channel_id AS "optimoveChannelId",
  stripped_at AS "strippedAt"`;

/** The raw inbound journal for people. */
@Injectable()
export class JournalListRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Newest first. */
  list(
    projectId: string,
    { connectionId, outcome, optimoveCampaignId }: JournalFilter,
    { beforeId, limit }: { beforeId: string | null; limit: number },
  ): Promise<JournalledCall[]> {
    return query(
      this.transactions.pool,
      `SELECT ${columns} FROM callback_journal
       WHERE project_id = $1 AND connection_id = $2 AND ($3::bigint IS NULL OR id < $3)
         AND ($4::text IS NULL OR outcome = $4) AND ($5::text IS NULL OR optimove_campaign_id = $5)
       ORDER BY callback_journal.id DESC LIMIT $6`,
      [projectId, connectionId, beforeId, outcome, optimoveCampaignId, limit],
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
