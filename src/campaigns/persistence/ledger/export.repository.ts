import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Which recipients to export, and after which. */
export interface ExportFilter {
  projectId: string;
  executionId: string;
  /** Null for every state; those in progress have none. */
  endState: string | null;
  /** A part of the reason, in any case; null for every reason. */
  reason: string | null;
  afterSeq: number;
  limit: number;
}

/** One delivery of a recipient as a file shows it. */
export interface ExportedDelivery {
  medium: string;
  state: string;
  reason: string | null;
  attempts: number;
  claimedAt: Date;
  receiptStatus: string | null;
}

/** One recipient as a file shows it. */
export interface ExportedRecipient {
  seq: number;
  customerId: string;
  optimoveTemplateId: string;
  dueAt: Date;
  endState: string | null;
  reason: string | null;
  endedAt: Date | null;
}

/** One row that Optimove listed and that is no recipient. */
export interface ExportedReject {
  reading: number;
  rowNo: number;
  customerId: string | null;
  optimoveTemplateId: string;
  state: string;
  reason: string;
}

/** Pages for files: each page starts after the last row of the one before, so that memory stays flat. */
@Injectable()
export class ExportRepository {
  constructor(private readonly transactions: Transactions) {}

  recipients(filter: ExportFilter): Promise<ExportedRecipient[]> {
    return query(
      this.transactions.pool,
      `SELECT seq, customer_id AS "customerId", optimove_template_id AS "optimoveTemplateId", due_at AS "dueAt",
         end_state AS "endState", reason, ended_at AS "endedAt"
       FROM recipient
       WHERE execution_id = $1 AND project_id = $2 AND seq > $3 AND ($4::text IS NULL OR end_state = $4)
         AND ($5::text IS NULL OR strpos(lower(reason), lower($5)) > 0)
       ORDER BY seq LIMIT $6`,
      [filter.executionId, filter.projectId, filter.afterSeq, filter.endState, filter.reason, filter.limit],
    );
  }

  /** Deliveries of recipients by their number, in the order of their claims. */
  async deliveries(executionId: string, seqs: number[]): Promise<Map<number, ExportedDelivery[]>> {
    const bySeq = new Map<number, ExportedDelivery[]>();
    if (seqs.length === 0) return bySeq;
    const rows = await query<ExportedDelivery & { seq: number }>(
      this.transactions.pool,
      `SELECT seq, medium, state, reason, attempts, claimed_at AS "claimedAt", receipt_status AS "receiptStatus"
       FROM delivery WHERE execution_id = $1 AND seq BETWEEN $2 AND $3 AND seq = ANY($4::int[])
       ORDER BY seq, claimed_at, medium, address_key`,
      [executionId, seqs[0], seqs.at(-1), seqs],
    );
    for (const { seq, ...delivery } of rows) {
      const own = bySeq.get(seq);
      if (own) own.push(delivery);
      else bySeq.set(seq, [delivery]);
    }
    return bySeq;
  }

  rejects(
    { projectId, executionId, endState, reason, limit }: Omit<ExportFilter, 'afterSeq'>,
    after: { reading: number; rowNo: number },
  ): Promise<ExportedReject[]> {
    return query(
      this.transactions.pool,
      `SELECT reading, row_no AS "rowNo", customer_id AS "customerId", optimove_template_id AS "optimoveTemplateId", state, reason
       FROM recipient_reject
       WHERE execution_id = $1 AND project_id = $2 AND (reading, row_no) > ($3, $4) AND ($5::text IS NULL OR state = $5)
         AND ($6::text IS NULL OR strpos(lower(reason), lower($6)) > 0)
       ORDER BY reading, row_no LIMIT $7`,
      [executionId, projectId, after.reading, after.rowNo, endState, reason, limit],
    );
  }
}
