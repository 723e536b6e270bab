import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** What became of an inbound call. */
export type JournalOutcome = 'ANNOUNCED' | 'TRIGGERED' | 'CANCELLED' | 'NOTED' | 'UNREADABLE' | 'REFUSED';

/** One inbound call as it came and what we made of it. */
export interface JournalEntry {
  projectId: string;
  connectionId: string;
  kind: string;
  contentType: string | null;
  body: Buffer;
  eventTypeId: number | null;
  optimoveCampaignId: string | null;
  optimoveChannelId: number | null;
  outcome: JournalOutcome;
  reason: string | null;
  executionId: string | null;
}

/** The raw inbound journal: append-only, never deduplicated. */
@Injectable()
export class JournalRepository {
  async append(tx: Tx, entry: JournalEntry): Promise<void> {
    await query(
      tx,
      `INSERT INTO callback_journal (project_id, connection_id, kind, content_type, body, event_type_id,
         optimove_campaign_id, optimove_channel_id, outcome, reason, execution_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        entry.projectId,
        entry.connectionId,
        entry.kind,
        entry.contentType,
        entry.body,
        entry.eventTypeId,
        entry.optimoveCampaignId,
        entry.optimoveChannelId,
        entry.outcome,
        entry.reason,
        entry.executionId,
      ],
    );
  }
}
