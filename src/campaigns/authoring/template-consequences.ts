import { query, Transactions } from '@libs/platform';
import { DeletionConsequences } from '@modules/connections';
import { Injectable, type OnModuleInit } from '@nestjs/common';

/** Names the templates that a deleted connection takes out of Optimove. */
@Injectable()
export class TemplateConsequences implements OnModuleInit {
  constructor(
    private readonly consequences: DeletionConsequences,
    private readonly transactions: Transactions,
  ) {}

  onModuleInit(): void {
    this.consequences.register(async ({ id, projectId }) => {
      const [row] = await query<{ count: number }>(
        this.transactions.pool,
        `SELECT count(*)::int AS count FROM template_publication
         WHERE project_id = $1 AND connection_id = $2 AND state NOT IN ('WITHDRAWING', 'WITHDRAWN')`,
        [projectId, id],
      );
      const count = row?.count ?? 0;
      if (count === 0) return [];
      return [`${count} published ${count === 1 ? 'campaign is' : 'campaigns are'} withdrawn from Optimove`];
    });
  }
}
