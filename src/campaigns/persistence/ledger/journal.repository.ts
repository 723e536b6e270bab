import { prepared, query, type Tx } from '@libs/platform';
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
  /** Of a triggered call: the template it is about, said or understood. */
  optimoveTemplateId: string | null;
  outcome: JournalOutcome;
  reason: string | null;
  executionId: string | null;
  /** Names the call; the same call again is not appended. */
  callId: string;
  receivedAt: Date;
}

/** A triggered call: the reason counts when the execution is not open. */
export type TriggeredEntry = Omit<JournalEntry, 'outcome' | 'reason'> & {
  reason: string;
  /** Whether the execution was not looked for: there may be a newer one. */
  isRemembered: boolean;
};

/** The raw inbound journal: append-only; what comes again is there again, unless it is the very same call. */
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
         optimove_campaign_id, optimove_channel_id, outcome, reason, execution_id, call_id, received_at, optimove_template_id)
       SELECT project_id, connection_id, kind, content_type, body, event_type_id, optimove_campaign_id, optimove_channel_id,
         outcome, reason, execution_id, call_id, received_at, optimove_template_id
       FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::int[], $7::text[], $8::int[], $9::text[],
         $10::text[], $11::uuid[], $12::uuid[], $13::timestamptz[], $14::text[]) WITH ORDINALITY
         AS j(project_id, connection_id, kind, content_type, body, event_type_id, optimove_campaign_id, optimove_channel_id,
           outcome, reason, execution_id, call_id, received_at, optimove_template_id, position) ORDER BY position
       ON CONFLICT (call_id) WHERE call_id IS NOT NULL DO NOTHING`,
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
        column('callId'),
        column('receivedAt'),
        column('optimoveTemplateId'),
      ],
    );
  }

  /**
   * Appends triggered calls and tells on the channel which of these executions are open, all in one statement, because a
   * message waits for it. One whose execution is remembered is left out where that is not open.
   * @returns whether the execution of each call is open.
   */
  async appendTriggered(
    tx: Tx,
    entries: TriggeredEntry[],
    wakes: { channel: string; executionIds: string[] },
  ): Promise<boolean[]> {
    const column = <K extends keyof TriggeredEntry>(name: K): TriggeredEntry[K][] =>
      entries.map((entry) => entry[name]);
    const rows = await query<{ isOpen: boolean }>(
      tx,
      prepared(`WITH given AS MATERIALIZED (
         SELECT j.*, coalesce(e.kind = 'TRIGGERED' AND e.state = 'RUNNING' AND e.cancel_requested_at IS NULL AND e.read_at IS NULL, false) AS is_open
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::int[], $7::text[], $8::int[], $9::text[],
           $10::uuid[], $11::uuid[], $12::timestamptz[], $14::text[], $16::bool[]) WITH ORDINALITY
           AS j(project_id, connection_id, kind, content_type, body, event_type_id, optimove_campaign_id,
             optimove_channel_id, reason, execution_id, call_id, received_at, optimove_template_id, is_remembered, position)
         LEFT JOIN execution e ON e.id = j.execution_id
       ), kept AS (
         INSERT INTO callback_journal (project_id, connection_id, kind, content_type, body, event_type_id,
           optimove_campaign_id, optimove_channel_id, outcome, reason, execution_id, call_id, received_at, optimove_template_id)
         SELECT project_id, connection_id, kind, content_type, body, event_type_id, optimove_campaign_id, optimove_channel_id,
           CASE WHEN is_open THEN 'TRIGGERED' ELSE 'REFUSED' END, CASE WHEN is_open THEN NULL ELSE reason END,
           execution_id, call_id, received_at, optimove_template_id
         FROM given WHERE is_open OR NOT is_remembered ORDER BY position
         ON CONFLICT (call_id) WHERE call_id IS NOT NULL DO NOTHING
         RETURNING id, execution_id, outcome, received_at
       ), waits AS (
         INSERT INTO callback_waiting (execution_id, journal_id, received_at)
         SELECT execution_id, id, received_at FROM kept WHERE outcome = 'TRIGGERED'
       ), told AS MATERIALIZED (
         SELECT pg_notify($13, id::text) FROM (SELECT DISTINCT execution_id AS id FROM given WHERE is_open AND execution_id = ANY($15::uuid[])) AS open
       )
       SELECT is_open AS "isOpen" FROM given CROSS JOIN (SELECT count(*) FROM told) AS all_told ORDER BY position`),
      [
        column('projectId'),
        column('connectionId'),
        column('kind'),
        column('contentType'),
        column('body'),
        column('eventTypeId'),
        column('optimoveCampaignId'),
        column('optimoveChannelId'),
        column('reason'),
        column('executionId'),
        column('callId'),
        column('receivedAt'),
        wakes.channel,
        column('optimoveTemplateId'),
        wakes.executionIds,
        column('isRemembered'),
      ],
    );
    return rows.map(({ isOpen }) => isOpen);
  }

  /** Whether the call was taken in before. */
  async hasCall(tx: Tx, callId: string): Promise<boolean> {
    return (await query(tx, 'SELECT 1 FROM callback_journal WHERE call_id = $1', [callId])).length === 1;
  }
}
