import { Transactions, type Tx } from '@libs/platform';
import type { ConnectionView } from '@modules/connections';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import {
  type SettledTotal,
  SettledTotalRepository,
  type ShownThere,
  type TotalDecision,
} from './persistence/settled-total.repository';

/** What people decide about values that Optimove refused, or of which nobody knows whether they counted. */
@Injectable()
export class SettleTotals {
  constructor(
    private readonly transactions: Transactions,
    private readonly settled: SettledTotalRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** Settles those of the values that wait for a decision, each audited. @returns their ids. */
  run(
    actor: Actor,
    { id: connectionId, metricsMode: mode }: ConnectionView,
    { ids, decision }: { ids: string[]; decision: TotalDecision },
  ): Promise<string[]> {
    return this.transactions.run(async (tx) => {
      const chosen = { projectId: actor.projectId, connectionId, ids };
      const totals = await this.settled.settle(tx, chosen, { decision, mode });
      const action = decision === 'ACCEPT' ? 'postback.accepted' : 'postback.posted-again';
      for (const total of totals) await this.note(tx, actor, action, total);
      return totals.map(({ id }) => id);
    });
  }

  /** Goes on from what Optimove shows of a value, audited. @returns whether it was still as the person saw it. */
  reconcile(
    actor: Actor,
    { id: connectionId, metricsMode: mode }: ConnectionView,
    shown: ShownThere,
  ): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const owner = { projectId: actor.projectId, connectionId, mode };
      const total = await this.settled.reconcile(tx, owner, shown);
      if (total) await this.note(tx, actor, 'postback.reconciled', total);
      return total !== null;
    });
  }

  private note(tx: Tx, actor: Actor, action: string, { id, before, after }: SettledTotal): Promise<void> {
    return this.audit.record(tx, actor, { action, subject: { type: 'postback', id }, before, after });
  }
}
