import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Said } from '../../domain/execution/said';

/** Optimove's word that a campaign was processed, on whatever channels (event 1). */
export interface Signal extends Said {
  projectId: string;
  connectionId: string;
  optimoveCampaignId: string;
  /** `YYYY-MM-DD`. */
  runDate: string;
}

/** A signal whose wait is over. */
export type DueSignal = Signal & { receivedAt: Date };

const giveUpAfter = '2 days';

/** Signals of event 1 that wait for the event 13 of each channel. */
@Injectable()
export class SignalRepository {
  /** Keeps a signal for `waitSeconds`; a repeat changes nothing. */
  async remember(tx: Tx, signal: Signal, waitSeconds: number): Promise<void> {
    const { projectId, connectionId, optimoveCampaignId, runDate, stamp, saidAt } = signal;
    await query(
      tx,
      `INSERT INTO campaign_signal AS s (project_id, connection_id, optimove_campaign_id, run_date, time_stamp, said_at, received_at, due_at)
       VALUES ($1, $2, $3, $4, $5, $7, clock_timestamp(), clock_timestamp() + $6 * interval '1 second')
       ON CONFLICT ON CONSTRAINT pk_campaign_signal DO UPDATE SET time_stamp = excluded.time_stamp, said_at = excluded.said_at,
         received_at = excluded.received_at, due_at = excluded.due_at, done_at = NULL
       WHERE s.said_at < excluded.said_at`,
      [projectId, connectionId, optimoveCampaignId, runDate, stamp, waitSeconds, saidAt],
    );
  }

  /** Signals whose wait is over; they are put off for `retrySeconds`, in case following them up fails. */
  async takeDue(tx: Tx, retrySeconds: number, limit: number): Promise<DueSignal[]> {
    return query(
      tx,
      `UPDATE campaign_signal s SET due_at = now() + $1 * interval '1 second',
         done_at = CASE WHEN s.received_at < now() - interval '${giveUpAfter}' THEN now() END
       FROM (SELECT connection_id, optimove_campaign_id, run_date FROM campaign_signal
             WHERE done_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS d
       WHERE s.connection_id = d.connection_id AND s.optimove_campaign_id = d.optimove_campaign_id AND s.run_date = d.run_date
       RETURNING s.project_id AS "projectId", s.connection_id AS "connectionId", s.optimove_campaign_id AS "optimoveCampaignId",
         s.run_date::text AS "runDate", s.time_stamp AS stamp, s.said_at AS "saidAt", s.received_at AS "receivedAt"`,
      [retrySeconds, limit],
    );
  }

  /** Nothing is left to do about it, unless it came again meanwhile. */
  async finish(tx: Tx, { connectionId, optimoveCampaignId, runDate, saidAt }: Signal): Promise<void> {
    await query(
      tx,
      `UPDATE campaign_signal SET done_at = now()
       WHERE connection_id = $1 AND optimove_campaign_id = $2 AND run_date = $3 AND said_at = $4`,
      [connectionId, optimoveCampaignId, runDate, saidAt],
    );
  }
}
