import { query, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** A template of an execution. */
export interface SentTemplate {
  executionId: string;
  optimoveTemplateId: string;
}

/** Our campaign behind a template of an execution. */
export interface SentCampaign {
  id: string;
  name: string;
  /** Number of the version whose content was frozen. */
  version: number;
}

/** Which campaigns of ours executions send. */
@Injectable()
export class SentCampaignRepository {
  constructor(private readonly transactions: Transactions) {}

  /** One per template, in order; null where the template is not ours. */
  async find(templates: readonly SentTemplate[]): Promise<(SentCampaign | null)[]> {
    const rows = await query<{ position: number; id: string | null; name: string; version: number }>(
      this.transactions.pool,
      `SELECT k.position::int AS position, c.id, c.name, v.number AS version
       FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS k(execution_id, template_id, position)
       LEFT JOIN execution_template t ON t.execution_id = k.execution_id AND t.optimove_template_id = k.template_id
       LEFT JOIN campaign_version v ON v.id = t.version_id
       LEFT JOIN campaign c ON c.id = v.campaign_id AND c.project_id = v.project_id
       ORDER BY k.position`,
      [templates.map(({ executionId }) => executionId), templates.map(({ optimoveTemplateId }) => optimoveTemplateId)],
    );
    return rows.map(({ id, name, version }) => (id === null ? null : { id, name, version }));
  }
}
