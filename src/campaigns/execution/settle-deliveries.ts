import { Outbox, Transactions, type Tx } from '@libs/platform';
import { ConnectionsService } from '@modules/connections';
import { type Actor, AuditTrail } from '@modules/projects';
import { Injectable } from '@nestjs/common';
import { chunkJobOf } from '../jobs/execution.jobs';
import {
  type SeenDelivery,
  type SettledExecution,
  type Settlement,
  SettlementRepository,
} from '../persistence/ledger/settlement.repository';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';

/** Why deliveries were not settled. */
export type SettlementRefusal =
  | 'NOT_FOUND'
  | 'WRONG_STATE'
  | 'CANCELLED'
  | 'CHANGED'
  | 'BUSY'
  | 'VALUES_GONE'
  | 'CONNECTION_OFF';

/** What came of it: how many deliveries and customers, or why nothing was changed. */
export type SettlementOutcome = { deliveries: number; customers: number } | { refusal: SettlementRefusal };

/** Which deliveries: those chosen as they were seen, or all, being as many as were seen. */
export interface Choice {
  executionId: string;
  chosen: SeenDelivery[] | null;
  expected: number;
}

type Decision = Exclude<Settlement['as'], 'PROVEN'>;
type Ask = Omit<Choice, 'expected'> & Pick<Settlement, 'reasons'> & { as: Decision; expected: number | null };

/** Ends that another try can change: the provider or our account was in trouble, or the gate was closed for a while. */
const passing = ['RETRIES_EXHAUSTED', 'NO_LONGER_ALLOWED'];

const actions: Record<Decision, string> = {
  COUNTED_AS_SENT: 'execution.uncertain-counted-as-sent',
  SENT_AGAIN: 'execution.uncertain-sent-again',
  RETRIED: 'execution.failed-retried',
};

class RefusedSettlement extends Error {
  constructor(readonly refusal: SettlementRefusal) {
    super(refusal);
  }
}

/** What a person decides about messages whose end is uncertain or that failed. All of a choice is done, or nothing. */
@Injectable()
export class SettleDeliveries {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly connections: ConnectionsService,
    private readonly settlements: SettlementRepository,
    private readonly changes: TotalsChangeRepository,
    private readonly audit: AuditTrail,
  ) {}

  /** Uncertain deliveries count as accepted from now on; nothing is sent. Works for ended executions of any kind. */
  countAsSent(actor: Actor, choice: Choice): Promise<SettlementOutcome> {
    return this.settle(actor, { ...choice, as: 'COUNTED_AS_SENT', reasons: null });
  }

  /** Uncertain deliveries go through gate and queue again, to the same addresses. The customer may get them twice. */
  sendAgain(actor: Actor, choice: Choice): Promise<SettlementOutcome> {
    return this.settle(actor, { ...choice, as: 'SENT_AGAIN', reasons: null });
  }

  /** Failed customers go through gate and queue again; with `refused` also what a provider refused for good. */
  retryFailed(actor: Actor, choice: { executionId: string; refused: boolean }): Promise<SettlementOutcome> {
    const { executionId, refused } = choice;
    const reasons = refused ? null : passing;
    return this.settle(actor, { executionId, chosen: null, expected: null, as: 'RETRIED', reasons });
  }

  private async settle(actor: Actor, ask: Ask): Promise<SettlementOutcome> {
    try {
      return await this.transactions.run((tx) => this.settleIn(tx, actor, ask));
    } catch (error) {
      if (error instanceof RefusedSettlement) return { refusal: error.refusal };
      throw error;
    }
  }

  private async settleIn(tx: Tx, actor: Actor, ask: Ask): Promise<SettlementOutcome> {
    const { executionId, chosen, as, reasons } = ask;
    const execution = await this.settlements.lock(tx, actor.projectId, executionId);
    if (!execution) throw new RefusedSettlement('NOT_FOUND');
    if (as !== 'COUNTED_AS_SENT') await this.assertCanSend(tx, execution);
    const settlement = { executionId, chosen, as, reasons, by: actor.label, isProof: false };
    const { chunkNos, isBusy } = await this.settlements.lockChunks(tx, settlement);
    if (isBusy && as !== 'COUNTED_AS_SENT') throw new RefusedSettlement('BUSY');
    const { deliveries, seqs } = await this.settlements.settle(tx, settlement);
    const customers = seqs.length;
    if (deliveries === 0 || (ask.expected ?? deliveries) !== deliveries) throw new RefusedSettlement('CHANGED');
    if (as === 'COUNTED_AS_SENT') await this.settlements.endAsSent(tx, executionId, seqs);
    else await this.sendOnceMore(tx, execution, { executionId, seqs, chunkNos });
    await this.settlements.sumAgain(tx, executionId, chunkNos);
    await this.changes.add(tx, [executionId]);
    const subject = { type: 'execution', id: executionId };
    await this.audit.record(tx, actor, { action: actions[as], subject, after: { deliveries, customers } });
    return { deliveries, customers };
  }

  private async assertCanSend(tx: Tx, execution: SettledExecution): Promise<void> {
    const isOpen = ['COMPLETED', 'RUNNING'].includes(execution.state) && !execution.isCancelling;
    if (!isOpen) throw new RefusedSettlement('WRONG_STATE');
    if (execution.isWithdrawn) throw new RefusedSettlement('CANCELLED');
    if (!execution.hasValues) throw new RefusedSettlement('VALUES_GONE');
    const { connectionId } = execution;
    if (connectionId !== null && (await this.connections.isDisabled(tx, connectionId)))
      throw new RefusedSettlement('CONNECTION_OFF');
  }

  private async sendOnceMore(
    tx: Tx,
    { kind }: SettledExecution,
    { executionId, ...people }: { executionId: string; seqs: number[]; chunkNos: number[] },
  ): Promise<void> {
    const jobs = await this.settlements.reopen(tx, executionId, people);
    await this.outbox.enqueueMany(tx, chunkJobOf(kind), jobs);
  }
}
