import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A number that was not imported. */
export interface NumberReject {
  executionId: string;
  seq: number;
  customerId: string;
  value: string;
  reason: string;
}

const longestValue = 100;

/** Numbers that were not imported, one per customer row. */
@Injectable()
export class NumberRejectRepository {
  /** Keeps rejects; keeping them again changes nothing. */
  async keep(
    tx: Tx,
    owner: { projectId: string; connectionId: string; executionId: string },
    rejects: Omit<NumberReject, 'executionId'>[],
  ): Promise<void> {
    if (rejects.length === 0) return;
    await query(
      tx,
      `INSERT INTO number_reject (project_id, connection_id, execution_id, seq, customer_id, value, reason)
       SELECT $1, $2, $3, r.seq, r.customer_id, r.value, r.reason
       FROM unnest($4::int[], $5::text[], $6::text[], $7::text[]) AS r(seq, customer_id, value, reason)
       ON CONFLICT ON CONSTRAINT pk_number_reject DO NOTHING`,
      [
        owner.projectId,
        owner.connectionId,
        owner.executionId,
        rejects.map(({ seq }) => seq),
        rejects.map(({ customerId }) => customerId),
        rejects.map(({ value }) => value.slice(0, longestValue)),
        rejects.map(({ reason }) => reason),
      ],
    );
  }

  /** Rejects of a connection, or of one of its executions, after a position. */
  list(
    tx: Tx,
    page: {
      projectId: string;
      connectionId: string;
      executionId: string | null;
      after: [string, number] | null;
      limit: number;
    },
  ): Promise<NumberReject[]> {
    const [afterExecution, afterSeq] = page.after ?? [null, null];
    return query<NumberReject>(
      tx,
      `SELECT execution_id AS "executionId", seq, customer_id AS "customerId", value, reason FROM number_reject
       WHERE project_id = $1 AND connection_id = $2 AND ($3::uuid IS NULL OR execution_id = $3)
         AND ($4::uuid IS NULL OR (execution_id, seq) > ($4::uuid, $5::int))
       ORDER BY execution_id, seq LIMIT $6`,
      [page.projectId, page.connectionId, page.executionId, afterExecution, afterSeq, page.limit],
    );
  }
}
