import { query } from '@libs/platform';
import { Dependents } from '@modules/profiles';
import { Injectable, type OnModuleInit } from '@nestjs/common';

/** Names the exclusion rules and syncs that rest on an attribute. */
@Injectable()
export class RuleDependents implements OnModuleInit {
  constructor(private readonly dependents: Dependents) {}

  onModuleInit(): void {
    this.dependents.register(async (tx, projectId, part) => {
      if (!('attribute' in part)) return [];
      const rows = await query<{ has_rule: boolean }>(
        tx,
        `SELECT EXISTS (SELECT 1 FROM exclusion_rule r WHERE r.attribute_id = a.id) AS has_rule
         FROM suppression_attribute a WHERE a.project_id = $1 AND a.name = $2 ORDER BY a.id LIMIT 20`,
        [projectId, part.attribute],
      );
      return rows.map(({ has_rule: hasRule }) =>
        hasRule
          ? 'An exclusion rule rests on it: it stops at once, and nobody under the rule is sent to until it is chosen anew'
          : 'It is a suppression attribute: it is no longer synced',
      );
    });
  }
}
