import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** One hand-over in a trace. */
export interface TracedDelivery {
  medium: string;
  state: string;
  reason: string | null;
  attempts: number;
  claimedAt: Date;
  answeredAt: Date | null;
  receiptStatus: string | null;
  receiptAt: Date | null;
  /** How this attempt was closed: COUNTED_AS_SENT, SENT_AGAIN, RETRIED or PROVEN; null for one that counts. */
  closedAs: string | null;
  closedBy: string | null;
  closedAt: Date | null;
}

/** What became of a customer in one execution. */
export interface TraceEntry {
  executionId: string;
  optimoveCampaignId: string;
  optimoveTemplateId: string;
  runDate: string;
  announcedAt: Date;
  frozenAt: Date | null;
  dueAt: Date | null;
  profileId: string | null;
  endState: string | null;
  reason: string | null;
  endedAt: Date | null;
  deliveries: TracedDelivery[];
}

interface Row extends Omit<TraceEntry, 'deliveries'> {
  seq: number | null;
}

const executionsLookedAt = 500;

/** Answers "why did this customer get nothing?" over the latest executions of a connection. */
@Injectable()
export class TraceRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Every row that named the customer, newest execution first; rows that were dropped before the audience too. */
  async trace(projectId: string, connectionId: string, customerId: string): Promise<TraceEntry[]> {
    const rows = await query<Row>(
      this.transactions.pool,
      `WITH latest AS (
         SELECT id, optimove_campaign_id, run_date, announced_at, frozen_at FROM execution
         WHERE project_id = $1 AND connection_id = $2 ORDER BY id DESC LIMIT ${executionsLookedAt}
       ), named AS (
         SELECT r.execution_id, r.seq, r.optimove_template_id, r.due_at, r.profile_id, r.end_state, r.reason, r.ended_at
         FROM latest JOIN recipient r ON r.execution_id = latest.id AND r.customer_id = $3
         UNION ALL
         SELECT x.execution_id, NULL, x.optimove_template_id, NULL, NULL, x.state, x.reason, NULL
         FROM latest JOIN recipient_reject x ON x.execution_id = latest.id AND x.customer_id = $3
       )
       SELECT latest.id AS "executionId", latest.optimove_campaign_id AS "optimoveCampaignId", named.seq,
         named.optimove_template_id AS "optimoveTemplateId", latest.run_date::text AS "runDate",
         latest.announced_at AS "announcedAt", latest.frozen_at AS "frozenAt", named.due_at AS "dueAt",
         named.profile_id AS "profileId", named.end_state AS "endState", named.reason, named.ended_at AS "endedAt"
       FROM latest JOIN named ON named.execution_id = latest.id ORDER BY latest.id DESC, named.seq`,
      [projectId, connectionId, customerId],
    );
    const deliveries = await this.deliveries(rows);
    return rows.map(({ seq, ...row }) => ({ ...row, deliveries: deliveries.get(`${row.executionId} ${seq}`) ?? [] }));
  }

  private async deliveries(rows: Row[]): Promise<Map<string, TracedDelivery[]>> {
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
