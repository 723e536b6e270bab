import { execute, prepared, query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { HeldChunk, QueuedChunk } from './chunk.repository';
import { isHandedOver } from './delivery.repository';
import { isAnnouncedSince } from './execution.repository';

/** What sending can be switched off for. */
export const stopScopes = ['PROJECT', 'CONNECTION', 'CHANNEL', 'PROVIDER_ACCOUNT'] as const;

/** One of {@link stopScopes}. */
export type StopScope = (typeof stopScopes)[number];

/** Sending that is switched off. */
export interface SendingStop {
  scope: StopScope;
  scopeId: string;
  reason: string;
  stoppedBy: string;
  stoppedAt: Date;
}

/** What keeps an execution from sending. */
export interface ReasonAgainst {
  reason: string;
  /** It is about a provider account, and who is sent to by it is known to workers only. */
  isOfAccount: boolean;
}

/** A chunk that nobody holds and that is to be queued for when it is due. */
export interface IdleChunk extends QueuedChunk {
  dueAt: Date;
}

/** A cancellation as Optimove announced it. */
export interface Cancellation {
  projectId: string;
  connectionId: string;
  optimoveCampaignId: string;
  runDate: string;
  /** When Optimove says that it was. */
  saidAt: Date;
}

/** A completed execution whose list is, or is to be, read once more may still grow; for an execution named `e`. */
const isUnfinished = `(state IN ('ANNOUNCED', 'READING', 'RUNNING')
  OR (state = 'COMPLETED' AND (reading > read_through OR ${isAnnouncedSince})))`;

const couldSend = `state = 'RUNNING' AND paused_at IS NULL AND cancel_requested_at IS NULL`;

interface StandingRow {
  reason: string | null;
  scope: StopScope | null;
}

const against = `s.scope, CASE
    WHEN e.state <> 'RUNNING' OR e.cancel_requested_at IS NOT NULL THEN 'cancelled'
    WHEN e.paused_at IS NOT NULL THEN 'paused'
    WHEN e.hold_reason IS NOT NULL THEN 'held: ' || e.hold_reason
    WHEN e.kind <> 'DIRECT' AND (c.id IS NULL OR c.is_disabled) THEN 'held back: its connection is disabled'
    ELSE 'switched off: ' || s.reason END AS reason
  FROM execution e LEFT JOIN connection c ON c.id = e.connection_id LEFT JOIN LATERAL (
    SELECT scope, reason FROM sending_stop WHERE project_id = e.project_id AND (
      (scope = 'PROJECT' AND scope_id = e.project_id) OR (scope = 'CONNECTION' AND scope_id = e.connection_id)
      OR (scope = 'CHANNEL' AND scope_id = e.channel_id)
      OR (scope = 'PROVIDER_ACCOUNT' AND scope_id = ANY($2::uuid[])))
    ORDER BY scope = 'PROVIDER_ACCOUNT' LIMIT 1) AS s ON true
  WHERE e.id = $1`;

/** Pauses, cancellations and switches. All of them are read in the transaction that claims a hand-over. */
@Injectable()
export class StopRepository {
  /** What keeps this execution from handing anything over now, or null. `accountIds` are the accounts in use. */
  async reasonAgainst(tx: Tx, executionId: string, accountIds: string[]): Promise<ReasonAgainst | null> {
    const [row] = await query<StandingRow>(tx, `SELECT ${against}`, [executionId, accountIds]);
    return reasonOf(row);
  }

  /**
   * Waits until those who are letting an execution go on at this moment are through: whatever stands against it after this
   * is not about to be lifted unseen.
   */
  async untilLifted(tx: Tx, executionId: string): Promise<void> {
    const sql = 'SELECT project_id AS "projectId" FROM execution WHERE id = $1 FOR SHARE';
    const [execution] = await query<{ projectId: string }>(tx, sql, [executionId]);
    await query(tx, 'SELECT 1 FROM sending_stop WHERE project_id = $1 FOR SHARE', [execution?.projectId]);
  }

  /** The same for a chunk, whose fence stands still until `tx` ends; `isHeld` is false when another worker has it. */
  async standing(
    tx: Tx,
    { executionId, chunkNo, fence }: HeldChunk,
    accountIds: string[],
  ): Promise<{ isHeld: boolean; against: ReasonAgainst | null }> {
    const [row] = await query<StandingRow & { isHeld: boolean }>(
      tx,
      prepared(`WITH held AS MATERIALIZED (
         SELECT 1 FROM execution_chunk WHERE execution_id = $1 AND chunk_no = $3 AND fence = $4 FOR SHARE)
       SELECT EXISTS (SELECT 1 FROM held) AS "isHeld", ${against}`),
      [executionId, accountIds, chunkNo, fence],
    );
    return { isHeld: row?.isHeld ?? false, against: reasonOf(row) };
  }

  /** Pauses a running execution, with a reason when nobody asked for it; false when it is not running. */
  async pause(tx: Tx, executionId: string, reason: string | null = null): Promise<boolean> {
    const sql = `UPDATE execution SET paused_at = coalesce(paused_at, now()), reason = coalesce($2, reason)
      WHERE id = $1 AND state IN ('ANNOUNCED', 'READING', 'RUNNING') AND cancel_requested_at IS NULL`;
    return (await execute(tx, sql, [executionId, reason])) === 1;
  }

  /** Lets a paused execution go on; false when it is not paused. */
  async resume(tx: Tx, executionId: string): Promise<boolean> {
    const sql =
      'UPDATE execution SET paused_at = NULL, reason = NULL WHERE id = $1 AND paused_at IS NOT NULL AND cancel_requested_at IS NULL';
    return (await execute(tx, sql, [executionId])) === 1;
  }

  /**
   * Asks for an end: nothing is claimed from now on. Returns those that were not finished yet. The reason of the first who
   * asks is the one that is told. `saidAt` is when Optimove says that it cancelled; null when somebody here cancels.
   */
  async requestCancel(tx: Tx, executionIds: string[], reason: string, saidAt: Date | null = null): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `UPDATE execution e SET cancel_requested_at = coalesce(cancel_requested_at, now()),
         reason = CASE WHEN cancel_requested_at IS NULL THEN $2 ELSE coalesce(reason, $2) END,
         cancel_said_at = greatest(cancel_said_at, $3)
       WHERE id = ANY($1::uuid[]) AND ${isUnfinished} RETURNING id`,
      [executionIds, reason, saidAt],
    );
    return rows.map(({ id }) => id);
  }

  /** Unfinished executions of a connection. */
  async unfinishedOf(tx: Tx, connectionId: string): Promise<string[]> {
    const sql = `SELECT id FROM execution e WHERE connection_id = $1 AND ${isUnfinished}`;
    const rows = await query<{ id: string }>(tx, sql, [connectionId]);
    return rows.map(({ id }) => id);
  }

  /**
   * Notes on a campaign's executions that Optimove cancelled it, on those that are over as well: they send nothing again,
   * and what is announced later is a new launch. Those of later days, and those that Optimove announced after `saidAt`, are
   * not meant. Returns the others; their rows are locked until `tx` ends.
   */
  async noteCancellation(
    tx: Tx,
    { projectId, connectionId, optimoveCampaignId, runDate, saidAt }: Cancellation,
  ): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `UPDATE execution e SET cancel_said_at = greatest(cancel_said_at, $3)
       WHERE project_id = $5 AND connection_id = $1 AND optimove_campaign_id = $2 AND state <> 'CANCELLED' AND run_date <= $4
         AND NOT EXISTS (SELECT 1 FROM execution_announcement a WHERE a.execution_id = e.id AND a.said_at > $3)
       RETURNING id`,
      [connectionId, optimoveCampaignId, saidAt, runDate, projectId],
    );
    return rows.map(({ id }) => id);
  }

  /** Executions under way over connections that are deleted, for whose end nobody has asked. */
  async ofDeletedConnections(tx: Tx, limit: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT e.id FROM execution e JOIN connection c ON c.id = e.connection_id AND c.deleted_at IS NOT NULL
       WHERE e.state IN ('ANNOUNCED', 'READING', 'RUNNING') AND e.cancel_requested_at IS NULL LIMIT $1`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Whether Optimove cancelled the campaign of an execution that has failed: `tx` locks it. */
  async isWithdrawn(tx: Tx, executionId: string): Promise<boolean> {
    const sql = `SELECT cancel_said_at IS NOT NULL AND state = 'FAILED' AS "is" FROM execution WHERE id = $1 FOR UPDATE`;
    return (await query<{ is: boolean }>(tx, sql, [executionId]))[0]?.is ?? false;
  }

  /** Remembers a cancellation, because it may come before the announcement; false when it is a repeat. */
  async rememberCancellation(tx: Tx, cancellation: Cancellation): Promise<boolean> {
    const { projectId, connectionId, optimoveCampaignId, runDate, saidAt } = cancellation;
    const count = await execute(
      tx,
      `INSERT INTO campaign_cancellation AS c (project_id, connection_id, optimove_campaign_id, run_date, said_at)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT ON CONSTRAINT pk_campaign_cancellation DO UPDATE SET said_at = excluded.said_at
       WHERE c.said_at < excluded.said_at RETURNING 1`,
      [projectId, connectionId, optimoveCampaignId, runDate, saidAt],
    );
    return count === 1;
  }

  /**
   * When Optimove cancelled the campaign last over any of the connections, if that was not before `announcedAt`, whatever
   * day it was to run on.
   */
  async cancelledSince(
    tx: Tx,
    campaign: Pick<Cancellation, 'projectId' | 'optimoveCampaignId'> & { connectionIds: string[] },
    announcedAt: Date,
  ): Promise<Date | null> {
    const [row] = await query<{ at: Date | null }>(
      tx,
      `SELECT max(said_at) AS at FROM campaign_cancellation
       WHERE project_id = $1 AND connection_id = ANY($2::uuid[]) AND optimove_campaign_id = $3 AND said_at >= $4`,
      [campaign.projectId, campaign.connectionIds, campaign.optimoveCampaignId, announcedAt],
    );
    return row?.at ?? null;
  }

  /** Executions that wait for their cancellation to be carried out. */
  async cancelling(tx: Tx, limit: number): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM execution WHERE state IN ('ANNOUNCED', 'READING', 'RUNNING') AND cancel_requested_at IS NOT NULL LIMIT $1`,
      [limit],
    );
    return rows.map(({ id }) => id);
  }

  /** Executions of a project that could send if nothing stops them. */
  async running(tx: Tx, projectId: string): Promise<string[]> {
    const sql = `SELECT id FROM execution WHERE project_id = $1 AND ${couldSend}`;
    return (await query<{ id: string }>(tx, sql, [projectId])).map(({ id }) => id);
  }

  /** The same of a connection. */
  async runningOver(tx: Tx, connectionId: string): Promise<string[]> {
    const sql = `SELECT id FROM execution WHERE connection_id = $1 AND ${couldSend}`;
    return (await query<{ id: string }>(tx, sql, [connectionId])).map(({ id }) => id);
  }

  /** Notes that sending is let go on: messages that wait for their provider wait from now on. */
  async goesOn(tx: Tx, executionId: string): Promise<void> {
    await execute(tx, 'UPDATE execution SET goes_on_since = now() WHERE id = $1', [executionId]);
  }

  /**
   * Chunks of an execution, or the one that is named, that nobody holds, marked as queued; those that were put off before are
   * due at once.
   */
  async idleChunks(tx: Tx, executionId: string, chunkNo: number | null = null): Promise<IdleChunk[]> {
    return query(
      tx,
      `UPDATE execution_chunk c SET queued_at = now(), attempt = c.attempt + 1,
         due_at = CASE WHEN c.fence > 0 THEN least(c.due_at, now()) ELSE c.due_at END
       FROM execution e
       WHERE c.execution_id = $1 AND e.id = c.execution_id AND c.state = 'PENDING' AND (c.held_until IS NULL OR c.held_until < now())
         AND ($2::int IS NULL OR c.chunk_no = $2)
       RETURNING c.execution_id AS "executionId", c.chunk_no AS "chunkNo", c.attempt, e.kind, c.due_at AS "dueAt"`,
      [executionId, chunkNo],
    );
  }

  /** Switches sending off; once more replaces the reason. */
  async switchOff(tx: Tx, projectId: string, stop: Omit<SendingStop, 'stoppedAt'>): Promise<void> {
    await query(
      tx,
      `INSERT INTO sending_stop AS s (project_id, scope, scope_id, reason, stopped_by) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT ON CONSTRAINT pk_sending_stop DO UPDATE SET reason = excluded.reason, stopped_by = excluded.stopped_by`,
      [projectId, stop.scope, stop.scopeId, stop.reason, stop.stoppedBy],
    );
  }

  /** Switches sending on again; false when it was on. */
  async switchOn(tx: Tx, projectId: string, scope: StopScope, scopeId: string): Promise<boolean> {
    const sql = 'DELETE FROM sending_stop WHERE project_id = $1 AND scope = $2 AND scope_id = $3';
    return (await execute(tx, sql, [projectId, scope, scopeId])) === 1;
  }

  list(tx: Tx, projectId: string): Promise<SendingStop[]> {
    return query<SendingStop>(
      tx,
      `SELECT scope, scope_id AS "scopeId", reason, stopped_by AS "stoppedBy", stopped_at AS "stoppedAt"
       FROM sending_stop WHERE project_id = $1 ORDER BY stopped_at DESC`,
      [projectId],
    );
  }

  /** Executions in a scope that have an audience and have not ended. */
  async runningIn(
    tx: Tx,
    projectId: string,
    { scope, scopeId }: { scope: StopScope; scopeId: string },
  ): Promise<string[]> {
    const rows = await query<{ id: string }>(
      tx,
      `SELECT id FROM execution WHERE project_id = $1 AND state = 'RUNNING'
         AND CASE $2 WHEN 'CONNECTION' THEN connection_id = $3 WHEN 'CHANNEL' THEN channel_id = $3 ELSE true END`,
      [projectId, scope, scopeId],
    );
    return rows.map(({ id }) => id);
  }

  /** Hand-overs of executions so far, by what is known of them; through one account or all. Executions without any are absent. */
  handedOver(
    tx: Tx,
    projectId: string,
    { executionIds, accountId }: { executionIds: string[]; accountId: string | null },
  ): Promise<Map<string, number>> {
    return countDeliveries(tx, `${isHandedOver('delivery')} AND ($3::uuid IS NULL OR account_id = $3)`, [
      executionIds,
      projectId,
      accountId,
    ]);
  }

  /** Texts of executions on their way: accepted by one of these accounts and not reported on. Executions without any are absent. */
  textsOnTheirWay(
    tx: Tx,
    projectId: string,
    { executionIds, accountIds }: { executionIds: string[]; accountIds: string[] },
  ): Promise<Map<string, number>> {
    return countDeliveries(
      tx,
      `medium = 'SMS' AND state = 'ACCEPTED' AND account_id = ANY($3::uuid[]) AND coalesce(receipt_status, 'UNKNOWN') = 'UNKNOWN'`,
      [executionIds, projectId, accountIds],
    );
  }
}

/** Deliveries of executions to which a condition applies, by execution. */
async function countDeliveries(
  tx: Tx,
  condition: string,
  parameters: [executionIds: string[], projectId: string, ...unknown[]],
): Promise<Map<string, number>> {
  const sql = `SELECT execution_id AS id, count(*)::int AS count FROM delivery
    WHERE execution_id = ANY($1::uuid[]) AND project_id = $2 AND ${condition} GROUP BY execution_id`;
  const rows = await query<{ id: string; count: number }>(tx, sql, parameters);
  return new Map(rows.map(({ id, count }) => [id, count]));
}

function reasonOf(row: StandingRow | undefined): ReasonAgainst | null {
  if (!row) return { reason: 'gone', isOfAccount: false };
  return row.reason === null ? null : { reason: row.reason, isOfAccount: row.scope === 'PROVIDER_ACCOUNT' };
}
