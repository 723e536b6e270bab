import { isPermanent } from '@libs/delivery';
import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { LocatedReceipt } from '../persistence/ledger/receipt-ledger.repository';
import { SettlementRepository } from '../persistence/ledger/settlement.repository';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';

const by = 'The provider reported it';

/**
 * Uncertain deliveries that a provider reports on were accepted after all: they count as sent from then on, and what of
 * them waits to be sent again is not.
 */
@Injectable()
export class SettleByReceipt {
  constructor(
    private readonly settlements: SettlementRepository,
    private readonly changes: TotalsChangeRepository,
  ) {}

  async run(tx: Tx, receipts: LocatedReceipt[]): Promise<void> {
    const doubtful = receipts.filter(
      (each) => each.state === 'UNCERTAIN' || (each.state === 'RETRY' && isTheEnd(each)),
    );
    for (const executionId of [...new Set(doubtful.map((each) => each.executionId))].sort()) {
      await this.settle(
        tx,
        executionId,
        doubtful.filter((each) => each.executionId === executionId),
      );
    }
  }

  private async settle(tx: Tx, executionId: string, chosen: LocatedReceipt[]): Promise<void> {
    const [{ projectId } = { projectId: '' }] = chosen;
    if (!(await this.settlements.lock(tx, projectId, executionId))) return;
    const settlement = { executionId, chosen, as: 'COUNTED_AS_SENT', by, reasons: null, isProof: true } as const;
    const { chunkNos } = await this.settlements.lockChunks(tx, settlement);
    const { deliveries, seqs } = await this.settlements.settle(tx, settlement);
    if (deliveries === 0) return;
    await this.settlements.endAsSent(tx, executionId, seqs);
    await this.settlements.sumAgain(tx, executionId, chunkNos);
    await this.changes.add(tx, [executionId]);
  }
}

/** Whether nothing is won by sending again: the message arrived, or never can. */
function isTheEnd({ status, bounce }: LocatedReceipt): boolean {
  return status !== 'FAILED' || (bounce !== null && isPermanent(bounce));
}
