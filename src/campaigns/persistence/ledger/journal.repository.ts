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
  append(tx: Tx, entry: JournalEntry): Promise<void> {
    return this.appendMany(tx, [entry]);
  }

  /** Appends calls in their order, in one statement. */
  async appendMany(tx: Tx, entries: JournalEntry[]): Promise<void> {
    const column = <K extends keyof JournalEntry>(name: K): JournalEntry[K][] => entries.map((entry) => entry[name]);
    await query(
      tx,
      `INSERT INTO callback_journal (project_id, connection_id, kind, content_type, body, event_type_id,
         optimove_campaign_id, optimove_channel_id, outcome, reason, execution_id)
       SELECT project_id, connection_id, kind, content_type, body, event_type_id, optimove_campaign_id, optimove_channel_id,
         outcome, reason, execution_id
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::int[], $7::text[], $8::int[], $9::text[],
         $10::text[], $11::uuid[]) WITH ORDINALITY
         AS j(project_id, connection_id, kind, content_type, body, event_type_id, optimove_campaign_id, optimove_channel_id,
           outcome, reason, execution_id, position) ORDER BY position`,
      [
        column('projectId'),
        column('connectionId'),
        column('kind'),
        column('contentType'),
        column('body'),
        column('eventTypeId'),
        column('optimoveCampaignId'),
        column('optimoveChannelId'),
        column('outcome'),
        column('reason'),
        column('executionId'),
      ],
    );
  }
}
