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

/** What Optimove shows of a value, and what we took it to know when somebody looked. */
export interface ShownThere {
  id: string;
  acknowledgedValue: number;
  uncertainValue: number;
  optimoveValue: number;
}

type Mode = 'ABSOLUTE' | 'DELTA';

/** Optimove is told nothing more of what is expired, and what is being posted is about to change. */
const canChange = `posting_value IS NULL AND closes_at > now() AND state <> 'EXPIRED'`;
const returned = `RETURNING m.id, m.metric, old.state AS old_state, old.acknowledged_value AS old_acknowledged,
  old.uncertain_value AS old_uncertain, m.state, m.acknowledged_value, m.uncertain_value`;

/** Values that wait for somebody's decision. */
@Injectable()
export class SettledTotalRepository {
  /**
   * Settles refused and uncertain values; others, and those whose post is under way, are left alone. To accept means to
   * go on as if Optimove had counted the value. Where totals are posted, what is acknowledged can be posted again, too.
   */
  async settle(
    tx: Tx,
    { projectId, connectionId, ids }: { projectId: string; connectionId: string; ids: string[] },
    { decision, mode }: { decision: TotalDecision; mode: Mode },
  ): Promise<SettledTotal[]> {
    const rows = await query<Row>(
      tx,
      `WITH old AS (
         SELECT *, CASE WHEN state = 'REFUSED' THEN owed_value ELSE acknowledged_value + uncertain_value END AS accepted
         FROM metric_total WHERE project_id = $1 AND connection_id = $2 AND id = ANY($3::uuid[])
           AND posting_value IS NULL AND (state IN ('REFUSED', 'UNCERTAIN')
             OR state = 'ACKNOWLEDGED' AND $4 = 'POST_AGAIN' AND $5 = 'ABSOLUTE' AND ${canChange})
         ORDER BY id FOR UPDATE
       )
       UPDATE metric_total m SET uncertain_value = 0, last_error = NULL, tries = 0, next_try_at = now(), updated_at = now(),
         due_since = now(), acknowledged_value = CASE WHEN $4 = 'ACCEPT' THEN old.accepted ELSE m.acknowledged_value END,
         state = CASE WHEN $4 = 'ACCEPT' AND old.accepted = m.owed_value THEN 'ACKNOWLEDGED' ELSE 'OWED' END
       FROM old WHERE m.id = old.id
       ${returned}`,
      [projectId, connectionId, ids, decision, mode],
    );
    return rows.map(toSettled);
  }

  /**
   * Takes what Optimove shows for what it knows, and owes the rest: the total where totals are posted, else what is missing.
   * @returns null when the value has changed since it was seen, is being posted, or is told no more.
   */
  async reconcile(
    tx: Tx,
    { projectId, connectionId, mode }: { projectId: string; connectionId: string; mode: Mode },
    shown: ShownThere,
  ): Promise<SettledTotal | null> {
    const [row] = await query<Row>(
      tx,
      `WITH old AS (
         SELECT * FROM metric_total WHERE project_id = $1 AND connection_id = $2 AND id = $3
           AND acknowledged_value = $4 AND uncertain_value = $5 AND ${canChange} FOR UPDATE
       )
       UPDATE metric_total m SET acknowledged_value = $6, uncertain_value = 0, last_error = NULL, tries = 0,
         next_try_at = now(), due_since = now(), updated_at = now(), state = CASE WHEN m.owed_value = $6 OR $7 = 'DELTA' AND m.owed_value < $6
           THEN 'ACKNOWLEDGED' ELSE 'OWED' END
       FROM old WHERE m.id = old.id
       ${returned}`,
      [projectId, connectionId, shown.id, shown.acknowledgedValue, shown.uncertainValue, shown.optimoveValue, mode],
    );
    return row ? toSettled(row) : null;
  }
}

function toSettled(row: Row): SettledTotal {
  return {
    id: row.id,
    metric: row.metric,
    before: { state: row.old_state, acknowledgedValue: row.old_acknowledged, uncertainValue: row.old_uncertain },
    after: { state: row.state, acknowledgedValue: row.acknowledged_value, uncertainValue: row.uncertain_value },
  };
}
