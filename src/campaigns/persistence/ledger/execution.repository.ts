import { newId } from '@libs/foundation';
import { execute, query, Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** An execution as the workers see it. */
export interface ExecutionRow {
  id: string;
  project_id: string;
  connection_id: string;
  channel_id: string;
  optimove_channel_id: number;
  optimove_campaign_id: string;
  run_date: string;
  kind: 'SCHEDULED' | 'TRIGGERED';
  /** Optimove's id of the engagement whose files hold the recipients; null when the API lists them. */
  engagement_id: string | null;
  state: 'ANNOUNCED' | 'READING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  reason: string | null;
  reading: number;
  attributes: string[];
  received: number;
  recipients: number;
  announced_at: Date;
  last_announced_at: Date;
  read_started_at: Date | null;
  read_at: Date | null;
  frozen_at: Date | null;
  completed_at: Date | null;
}

/** What makes an execution itself. */
export interface Announcement {
  projectId: string;
  connectionId: string;
  channelId: string;
  optimoveChannelId: number;
  optimoveCampaignId: string;
  runDate: string;
}

const columns = `id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id,
  run_date::text AS run_date, kind, engagement_id, state, reason, reading, attributes, received, recipients,
  announced_at, last_announced_at, read_started_at, read_at, frozen_at, completed_at`;

const readingLeaseSeconds = 60;

/** Executions and their states. */
@Injectable()
export class ExecutionRepository {
  constructor(private readonly transactions: Transactions) {}

  /**
   * The execution of an announcement: a new one, or the one that an earlier announcement made.
   * A repeated announcement of an execution that nothing was read for yet changes nothing.
   */
  async announce(tx: Tx, announcement: Announcement): Promise<{ id: string; isNew: boolean }> {
    const { projectId, connectionId, channelId, optimoveChannelId, optimoveCampaignId, runDate } = announcement;
    const byFiles = await this.otherSource(tx, announcement, 'engagement_id IS NOT NULL');
    if (byFiles) return { id: byFiles, isNew: false };
    const inserted = await query<{ id: string }>(
      tx,
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT ON CONSTRAINT uq_execution_announcement DO NOTHING RETURNING id`,
      [newId(), projectId, connectionId, channelId, optimoveChannelId, optimoveCampaignId, runDate],
    );
    if (inserted[0]) return { id: inserted[0].id, isNew: true };
    const [existing] = await query<{ id: string }>(
      tx,
      `UPDATE execution SET last_announced_at = now()
       WHERE project_id = $1 AND connection_id = $2 AND optimove_campaign_id = $3 AND channel_id = $4 AND run_date = $5
         AND engagement_id IS NULL
       RETURNING id`,
      [projectId, connectionId, optimoveCampaignId, channelId, runDate],
    );
    return { id: existing?.id ?? '', isNew: false };
  }

  /**
   * The execution of an engagement. A repeated announcement of one that failed before anything was sent opens it again.
   * @returns how the execution stands, or that the API's list of the same campaign was announced first.
   */
  async announceEngagement(
    tx: Tx,
    announcement: Announcement & { engagementId: string },
  ): Promise<{ id: string; outcome: 'NEW' | 'REOPENED' | 'KNOWN' | 'LISTED_BY_API' }> {
    const { projectId, connectionId, channelId, optimoveChannelId, optimoveCampaignId, runDate } = announcement;
    const listed = await this.otherSource(tx, announcement, `engagement_id IS NULL AND state <> 'FAILED'`);
    if (listed) return { id: listed, outcome: 'LISTED_BY_API' };
    const [inserted] = await query<{ id: string }>(
      tx,
      `INSERT INTO execution (id, project_id, connection_id, channel_id, optimove_channel_id, optimove_campaign_id, run_date, engagement_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id`,
      [
        newId(),
        projectId,
        connectionId,
        channelId,
        optimoveChannelId,
        optimoveCampaignId,
        runDate,
        announcement.engagementId,
      ],
    );
    if (inserted) return { id: inserted.id, outcome: 'NEW' };
    const [existing] = await query<{ id: string; reopened: boolean }>(
      tx,
      `UPDATE execution e SET last_announced_at = now(),
         state = CASE WHEN earlier.state = 'FAILED' AND e.frozen_at IS NULL THEN 'ANNOUNCED' ELSE earlier.state END,
         reason = CASE WHEN earlier.state = 'FAILED' AND e.frozen_at IS NULL THEN NULL ELSE e.reason END
       FROM (SELECT id, state FROM execution WHERE connection_id = $1 AND engagement_id = $2 FOR UPDATE) AS earlier
       WHERE e.id = earlier.id
       RETURNING e.id, earlier.state = 'FAILED' AND e.state = 'ANNOUNCED' AS reopened`,
      [connectionId, announcement.engagementId],
    );
    return { id: existing?.id ?? '', outcome: existing?.reopened ? 'REOPENED' : 'KNOWN' };
  }

  /** An execution of the same campaign, channel and day that has the other kind of source; both would send it twice. */
  private async otherSource(tx: Tx, announcement: Announcement, condition: string): Promise<string | null> {
    const { projectId, connectionId, channelId, optimoveCampaignId, runDate } = announcement;
    await query(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `announce ${connectionId} ${optimoveCampaignId} ${channelId}`,
    ]);
    const [other] = await query<{ id: string }>(
      tx,
      `SELECT id FROM execution WHERE project_id = $1 AND connection_id = $2 AND optimove_campaign_id = $3
         AND channel_id = $4 AND run_date = $5 AND kind = 'SCHEDULED' AND ${condition} LIMIT 1`,
      [projectId, connectionId, optimoveCampaignId, channelId, runDate],
    );
    return other?.id ?? null;
  }

  /** By id alone, for workers. */
  async find(tx: Tx, id: string): Promise<ExecutionRow | null> {
    const [row] = await query<ExecutionRow>(tx, `SELECT ${columns} FROM execution WHERE id = $1`, [id]);
    return row ?? null;
  }

  /** Takes the right to read the recipients; null when somebody holds it or there is nothing left to read. */
  async takeReading(executionId: string, reading: number, holder: string): Promise<ExecutionRow | null> {
    const [row] = await query<ExecutionRow>(
      this.transactions.pool,
      `UPDATE execution SET state = CASE WHEN state = 'RUNNING' THEN state ELSE 'READING' END,
         reading = $2, read_started_at = CASE WHEN reading = $2 THEN coalesce(read_started_at, now()) ELSE now() END,
         holder = $3, held_until = now() + interval '${readingLeaseSeconds} seconds'
       WHERE id = $1 AND state IN ('ANNOUNCED', 'READING', 'RUNNING') AND reading IN ($2, $2 - 1)
         AND cancel_requested_at IS NULL AND paused_at IS NULL
         AND (read_at IS NULL OR reading = $2 - 1) AND (held_until IS NULL OR held_until < now())
       RETURNING ${columns}`,
      [executionId, reading, holder],
    );
    return row ?? null;
  }

  /** Extends the lease inside a page's transaction; false when somebody else has it now. */
  async holdReading(tx: Tx, executionId: string, holder: string): Promise<boolean> {
    const count = await execute(
      tx,
      `UPDATE execution SET held_until = now() + interval '${readingLeaseSeconds} seconds' WHERE id = $1 AND holder = $2 AND cancel_requested_at IS NULL`,
      [executionId, holder],
    );
    return count === 1;
  }

  /** Lets go of the reading so that it can be taken at once. */
  async releaseReading(executionId: string, holder: string): Promise<void> {
    await execute(this.transactions.pool, 'UPDATE execution SET held_until = NULL WHERE id = $1 AND holder = $2', [
      executionId,
      holder,
    ]);
  }

  /** Ends an execution that cannot be run, with the reason for a person. */
  async fail(executionId: string, reason: string): Promise<void> {
    await execute(
      this.transactions.pool,
      `UPDATE execution SET state = 'FAILED', reason = $2, held_until = NULL WHERE id = $1 AND state IN ('ANNOUNCED', 'READING')`,
      [executionId, reason.slice(0, 1000)],
    );
  }

  /** Remembers which Optimove attributes are asked for, in order. */
  async setAttributes(tx: Tx, executionId: string, attributes: string[]): Promise<void> {
    await execute(tx, 'UPDATE execution SET attributes = $2 WHERE id = $1', [executionId, attributes]);
  }

  /** Executions whose reading nobody works on: announced or left over for more than `idleSeconds`. */
  async unread(tx: Tx, idleSeconds: number, limit: number): Promise<{ id: string; reading: number }[]> {
    return query(
      tx,
      `SELECT id, greatest(reading, 1) AS reading FROM execution
       WHERE state IN ('ANNOUNCED', 'READING') AND cancel_requested_at IS NULL AND paused_at IS NULL
         AND (held_until IS NULL OR held_until < now())
         AND coalesce(read_started_at, announced_at) < now() - $1 * interval '1 second'
       ORDER BY id LIMIT $2`,
      [idleSeconds, limit],
    );
  }

  /** Every execution of the same Optimove campaign on the same channel, this one included. */
  async ofSameCampaign(tx: Tx, execution: ExecutionRow): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM execution WHERE project_id = $1 AND connection_id = $2 AND optimove_campaign_id = $3 AND channel_id = $4`,
      [execution.project_id, execution.connection_id, execution.optimove_campaign_id, execution.channel_id],
    );
    return rows.map(({ id }) => id);
  }
}
