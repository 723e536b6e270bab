import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** What became of the customers who got one choice of the texts. */
export interface ChoiceCounts {
  executionId: string;
  optimoveTemplateId: string;
  variant: string | null;
  language: string | null;
  /** Customers who were handed something. */
  tried: number;
  sent: number;
  delivered: number;
  opened: number;
  clicked: number;
}

/** Counts of executions by variant and language. */
@Injectable()
export class ChoiceCountsRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Only of templates whose content has variants or alternatives: of the others there is nothing to tell apart. */
  async counts(executionIds: readonly string[]): Promise<ChoiceCounts[]> {
    const split = await query<{ executionId: string; templateId: string }>(
      this.transactions.pool,
      `SELECT t.execution_id AS "executionId", t.optimove_template_id AS "templateId"
       FROM execution_template t JOIN campaign_version v ON v.id = t.version_id
       WHERE t.execution_id = ANY($1::uuid[]) AND (v.content ? 'variants' OR v.content ? 'alternatives')`,
      [executionIds],
    );
    if (split.length === 0) return [];
    return this.transactions.run(async (tx) => {
      // New partitions have no statistics: a nested loop over a whole list would take minutes.
      await query(tx, 'SET LOCAL enable_nestloop = off');
      return query(tx, countsByChoice, [
        split.map(({ executionId }) => executionId),
        split.map(({ templateId }) => templateId),
      ]);
    });
  }
}

const countsByChoice = `
  WITH given AS (
    SELECT execution_id, seq, min(variant) AS variant, min(language) AS language FROM delivery
    WHERE execution_id = ANY($1::uuid[]) GROUP BY execution_id, seq
  )
  SELECT g.execution_id AS "executionId", r.optimove_template_id AS "optimoveTemplateId", g.variant, g.language,
    count(*)::int AS tried, (count(*) FILTER (WHERE r.end_state = 'SENT'))::int AS sent, count(r.delivered_at)::int AS delivered,
    count(r.opened_at)::int AS opened, count(r.clicked_at)::int AS clicked
  FROM given g JOIN recipient r ON r.execution_id = g.execution_id AND r.seq = g.seq
  WHERE r.execution_id = ANY($1::uuid[])
    AND (r.execution_id, r.optimove_template_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))
  GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;
