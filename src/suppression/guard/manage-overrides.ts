import { isUuid, systemClock } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { refuse, type SuppressionProblem } from '../domain/problem';
import { ExclusionRuleRepository } from '../persistence/exclusion-rule.repository';
import { type GuardOverride, GuardOverrideRepository } from '../persistence/guard-override.repository';

/** What became of an override. */
export interface OverrideOutcome {
  override: GuardOverride | null;
  problems: SuppressionProblem[];
}

const longestMs = 7 * 86_400_000;

/** Lets campaigns rely on data that a rule finds too old, for a while and with a reason. */
@Injectable()
export class ManageOverrides {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditTrail,
    private readonly rules: ExclusionRuleRepository,
    private readonly overrides: GuardOverrideRepository,
  ) {}

  grant(actor: Actor, given: { ruleId: string; reason: string; expiresAt: Date }): Promise<OverrideOutcome> {
    const ahead = given.expiresAt.getTime() - systemClock.now().getTime();
    if (ahead <= 0 || ahead > longestMs) {
      const problem = refuse('INVALID', 'expiresAt', 'The override must end in the future, within 7 days');
      return Promise.resolve({ override: null, problems: [problem] });
    }
    return this.transactions.run(async (tx) => {
      const rule = isUuid(given.ruleId) ? await this.rules.find(tx, actor.projectId, given.ruleId) : null;
      if (!rule) {
        return { override: null, problems: [refuse('NOT_FOUND', 'ruleId', 'This project has no such exclusion rule')] };
      }
      const override = await this.overrides.add(tx, actor.projectId, { ...given, grantedBy: actor.label });
      await this.audit.record(tx, actor, {
        action: 'guard-override.granted',
        subject: { type: 'exclusion-rule', id: rule.id },
        after: override,
      });
      return { override, problems: [] };
    });
  }

  revoke(actor: Actor, id: string): Promise<OverrideOutcome> {
    return this.transactions.run(async (tx) => {
      const override = isUuid(id) ? await this.overrides.revoke(tx, actor.projectId, id) : null;
      if (!override) {
        return { override: null, problems: [refuse('NOT_FOUND', 'id', 'No override of this id is in force')] };
      }
      await this.audit.record(tx, actor, {
        action: 'guard-override.revoked',
        subject: { type: 'exclusion-rule', id: override.ruleId },
        after: override,
      });
      return { override, problems: [] };
    });
  }
}
