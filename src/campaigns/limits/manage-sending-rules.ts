import { Transactions } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { type SendingRules, SendingRulesRepository } from '../persistence/limits/sending-rules.repository';
import type { LimitProblem } from './manage-categories';

/** The rules as they are now, or what has to be mended first. */
export type RulesOutcome = { rules: SendingRules; problem: null } | { rules: null; problem: LimitProblem };

const conflict: LimitProblem = {
  code: 'CONFLICT',
  path: ['version'],
  message: 'Somebody else changed the sending rules meanwhile; read them again and repeat the change',
};
const empty: LimitProblem = {
  code: 'INVALID',
  path: ['quietHours', 'to'],
  message: 'Quiet hours must end at another time than they begin; give null for none',
};

/** The rules as they are to be; lists of senders that are absent stay. */
export type GivenRules = Omit<SendingRules, 'emailSenders' | 'smsSenders'> &
  Partial<Pick<SendingRules, 'emailSenders' | 'smsSenders'>>;

/** The rules for everything that a project sends. They hold for what is live at once. */
@Injectable()
export class ManageSendingRules {
  constructor(
    private readonly transactions: Transactions,
    private readonly repository: SendingRulesRepository,
    private readonly audit: AuditTrail,
  ) {}

  get(projectId: string): Promise<SendingRules> {
    return this.repository.get(this.transactions.pool, projectId);
  }

  /** Replaces them; `version` is the one that was read. */
  replace(actor: Actor, given: GivenRules): Promise<RulesOutcome> {
    if (given.quietHours && given.quietHours.from === given.quietHours.to) {
      return Promise.resolve({ rules: null, problem: empty });
    }
    return this.transactions.run(async (tx): Promise<RulesOutcome> => {
      const before = await this.repository.get(tx, actor.projectId);
      const { emailSenders = before.emailSenders, smsSenders = before.smsSenders } = given;
      const rules = await this.repository.replace(tx, actor.projectId, { ...given, emailSenders, smsSenders });
      if (!rules) return { rules: null, problem: conflict };
      const subject = { type: 'sending-rules', id: actor.projectId };
      await this.audit.record(tx, actor, { action: 'sending-rules.updated', subject, before, after: rules });
      return { rules, problem: null };
    });
  }
}
