import { query, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Metric, PostState } from '../domain/metric';

/** What a person can decide about a value that Optimove refused, or of which nobody knows whether it counted. */
export const totalDecisions = ['POST_AGAIN', 'ACCEPT'] as const;

/** One of {@link totalDecisions}. */
export type TotalDecision = (typeof totalDecisions)[number];

/** A value before and after the decision. */
export interface SettledTotal {
  id: string;
  metric: Metric;
  before: { state: PostState; acknowledgedValue: number; uncertainValue: number };
  after: { state: PostState; acknowledgedValue: number; uncertainValue: number };
}

interface Row {
  id: string;
  metric: Metric;
  old_state: PostState;
  old_acknowledged: number;
  old_uncertain: number;
  state: PostState;
  acknowledged_value: number;
  uncertain_value: number;
}

/** Values that wait for somebody's decision. */
@Injectable()
export class SettledTotalRepository {
  /**
   * Settles refused and uncertain values; others, and those whose post is under way, are left alone. To accept means to
   * go on as if Optimove had counted the value.
   */
  async settle(
    tx: Tx,
    { projectId, connectionId, ids }: { projectId: string; connectionId: string; ids: string[] },
    decision: TotalDecision,
  ): Promise<SettledTotal[]> {
    const rows = await query<Row>(
      tx,
      `WITH old AS (
         SELECT *, CASE WHEN state = 'REFUSED' THEN owed_value ELSE acknowledged_value + uncertain_value END AS accepted
         FROM metric_total WHERE project_id = $1 AND connection_id = $2 AND id = ANY($3::uuid[])
           AND state IN ('REFUSED', 'UNCERTAIN') AND posting_value IS NULL
         ORDER BY id FOR UPDATE
       )
       UPDATE metric_total m SET uncertain_value = 0, last_error = NULL, tries = 0, next_try_at = now(), updated_at = now(),
         acknowledged_value = CASE WHEN $4 = 'ACCEPT' THEN old.accepted ELSE m.acknowledged_value END,
         state = CASE WHEN $4 = 'ACCEPT' AND old.accepted = m.owed_value THEN 'ACKNOWLEDGED' ELSE 'OWED' END
       FROM old WHERE m.id = old.id
       RETURNING m.id, m.metric, old.state AS old_state, old.acknowledged_value AS old_acknowledged,
         old.uncertain_value AS old_uncertain, m.state, m.acknowledged_value, m.uncertain_value`,
      [projectId, connectionId, ids, decision],
    );
    return rows.map((row) => ({
      id: row.id,
      metric: row.metric,
      before: { state: row.old_state, acknowledgedValue: row.old_acknowledged, uncertainValue: row.old_uncertain },
      after: { state: row.state, acknowledgedValue: row.acknowledged_value, uncertainValue: row.uncertain_value },
    }));
  }
}
