import { parseCallback } from '@libs/optimove-client';
import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { TracedDelivery, TraceEntry } from '../../domain/execution/trace-steps';

/** Whom to trace. */
export interface Traced {
  projectId: string;
  /** Null: over all connections. */
  connectionId: string | null;
  customerId: string;
}

type Found = Omit<TraceEntry, 'deliveries'> & { executionId: string; seq: number | null };
type RefusedCall = Pick<TraceEntry, 'connectionId' | 'optimoveCampaignId' | 'optimoveTemplateId' | 'reason'> & {
  kind: string;
  body: Buffer;
  receivedAt: Date;
};

const executionsLookedAt = 10_000;
const mostEntries = 1_000;
const mostRefused = 100;

/** Answers "why did this customer get nothing?". */
@Injectable()
export class TraceRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Every row that named the customer, newest execution first; rows that were dropped before the audience too. */
  async trace(traced: Traced): Promise<TraceEntry[]> {
    const rows = await this.rows(traced);
    const deliveries = await this.deliveries(rows);
    const entries = rows.map(({ seq, ...row }) => ({
      ...row,
      deliveries: deliveries.get(`${row.executionId} ${seq}`) ?? [],
    }));
    return [...entries, ...(await this.refused(traced))].sort(
      (one, other) => other.announcedAt.getTime() - one.announcedAt.getTime(),
    );
  }

  /** Each execution is asked for the customer by its index: there are many executions and few rows. */
  private rows({ projectId, connectionId, customerId }: Traced): Promise<Found[]> {
    return query(
      this.transactions.pool,
      `WITH latest AS MATERIALIZED (
         SELECT id, kind, connection_id, optimove_campaign_id, run_date, announced_at, frozen_at FROM execution
         WHERE project_id = $1 AND ($2::uuid IS NULL OR connection_id = $2 OR kind = 'DIRECT')
         ORDER BY id DESC LIMIT ${executionsLookedAt}
       )
       SELECT latest.id AS "executionId", latest.kind, latest.connection_id AS "connectionId",
         CASE WHEN latest.kind <> 'DIRECT' THEN latest.optimove_campaign_id END AS "optimoveCampaignId",
         CASE WHEN latest.kind = 'DIRECT' THEN latest.optimove_campaign_id END AS "directCampaignId", named.seq,
         CASE WHEN latest.kind <> 'DIRECT' THEN named.optimove_template_id END AS "optimoveTemplateId",
         latest.run_date::text AS "runDate", latest.announced_at AS "announcedAt", latest.frozen_at AS "frozenAt",
         named.due_at AS "dueAt", named.profile_id AS "profileId", named.end_state AS "endState", named.reason,
         named.ended_at AS "endedAt", named.held_until AS "heldUntil", named.opened_at AS "openedAt", named.clicked_at AS "clickedAt",
         named.unsubscribed_at AS "unsubscribedAt", named.complained_at AS "complainedAt"
       FROM latest CROSS JOIN LATERAL (
         SELECT seq, optimove_template_id, due_at, profile_id, end_state, reason, ended_at,
           CASE WHEN end_state IS NULL THEN held_until END AS held_until, opened_at, clicked_at, unsubscribed_at, complained_at
         FROM recipient WHERE execution_id = latest.id AND customer_id = $3
         UNION ALL
         SELECT NULL, optimove_template_id, NULL, NULL, state, reason, NULL, NULL, NULL, NULL, NULL, NULL
         FROM recipient_reject WHERE execution_id = latest.id AND customer_id = $3
         OFFSET 0
       ) AS named ORDER BY latest.id DESC, named.seq LIMIT ${mostEntries}`,
      [projectId, connectionId, customerId],
    );
  }

  /** Triggered calls that led to no execution; what they say is known for three days. */
  private async refused({ projectId, connectionId, customerId }: Traced): Promise<TraceEntry[]> {
    const calls = await query<RefusedCall>(
      this.transactions.pool,
      `SELECT connection_id AS "connectionId", optimove_campaign_id AS "optimoveCampaignId",
         optimove_template_id AS "optimoveTemplateId", reason, kind, body, received_at AS "receivedAt"
       FROM callback_journal WHERE project_id = $1 AND outcome = 'REFUSED' AND event_type_id = 11
         AND ($2::uuid IS NULL OR connection_id = $2) AND position(convert_to($3, 'UTF8') IN body) > 0
       ORDER BY id DESC LIMIT ${mostRefused}`,
      [projectId, connectionId, customerId],
    );
    return calls.filter((call) => customerOf(call) === customerId).map(toEntry);
  }

  private async deliveries(rows: Found[]): Promise<Map<string, TracedDelivery[]>> {
    const known = rows.filter(({ seq }) => seq !== null);
    const found = await query<TracedDelivery & { executionId: string; seq: number }>(
      this.transactions.pool,
      `SELECT d.execution_id AS "executionId", d.seq, d.medium, d.state, d.reason, d.attempts, d.claimed_at AS "claimedAt",
         d.answered_at AS "answeredAt", d.receipt_status AS "receiptStatus", d.receipt_at AS "receiptAt",
         d.closed_as AS "closedAs", d.closed_by AS "closedBy", d.closed_at AS "closedAt"
       FROM unnest($1::uuid[], $2::int[]) AS k(execution_id, seq)
       CROSS JOIN LATERAL (
         SELECT execution_id, seq, medium, state, reason, attempts, claimed_at, answered_at, receipt_status, receipt_at,
           NULL AS closed_as, NULL AS closed_by, NULL::timestamptz AS closed_at
         FROM delivery WHERE execution_id = k.execution_id AND seq = k.seq
         UNION ALL
         SELECT execution_id, seq, medium, state, reason, attempts, claimed_at, answered_at, NULL, NULL,
           closed_as, closed_by, closed_at
         FROM delivery_past WHERE execution_id = k.execution_id AND seq = k.seq
       ) d ORDER BY d.claimed_at, d.closed_at NULLS LAST`,
      [known.map(({ executionId }) => executionId), known.map(({ seq }) => seq)],
    );
    const byRow = new Map<string, TracedDelivery[]>();
    for (const { executionId, seq, ...delivery } of found) {
      const key = `${executionId} ${seq}`;
      byRow.set(key, [...(byRow.get(key) ?? []), delivery]);
    }
    return byRow;
  }
}

function customerOf({ kind, body }: RefusedCall): string | null {
  const parsed = parseCallback({ kind, body });
  return parsed.ok ? parsed.callback.customerId : null;
}

function toEntry({ kind: _kind, body: _body, receivedAt, ...call }: RefusedCall): TraceEntry {
  return {
    ...call,
    executionId: null,
    kind: 'REFUSED_CALL',
    directCampaignId: null,
    runDate: null,
    announcedAt: receivedAt,
    frozenAt: null,
    dueAt: null,
    profileId: null,
    endState: null,
    endedAt: null,
    heldUntil: null,
    openedAt: null,
    clickedAt: null,
    unsubscribedAt: null,
    complainedAt: null,
    deliveries: [],
  };
}
