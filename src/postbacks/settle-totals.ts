import { Transactions } from '@libs/platform';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { SettledTotalRepository, type TotalDecision } from './persistence/settled-total.repository';

/** What people decide about values that Optimove refused, or of which nobody knows whether they counted. */
@Injectable()
export class SettleTotals {
  constructor(
    private readonly transactions: Transactions,
    private readonly settled: SettledTotalRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** Settles those of the values that wait for a decision, each audited. @returns their ids. */
  run(actor: Actor, connectionId: string, choice: { ids: string[]; decision: TotalDecision }): Promise<string[]> {
    const { ids, decision } = choice;
    return this.transactions.run(async (tx) => {
      const { projectId } = actor;
      const totals = await this.settled.settle(tx, { projectId, connectionId, ids }, decision);
      const action = decision === 'ACCEPT' ? 'postback.accepted' : 'postback.posted-again';
      for (const { id, before, after } of totals) {
        await this.audit.record(tx, actor, { action, subject: { type: 'postback', id }, before, after });
      }
      return totals.map(({ id }) => id);
    });
  }
}
