import { Log, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { SettlementRepository } from '../persistence/ledger/settlement.repository';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';

/** A message with which something was done. */
export interface ReachedMessage {
  executionId: string;
  seq: number;
  medium: string;
}

/** Ends doubts: whoever opened a message, or did anything else with it, has got it, and is not sent it again. */
@Injectable()
export class SettleProven {
  constructor(
    private readonly settlements: SettlementRepository,
    private readonly changes: TotalsChangeRepository,
    private readonly log: Log,
  ) {}

  /** To be called before `tx` locks any recipient. Where several addresses are in doubt, nobody knows which it was. */
  async run(tx: Tx, messages: ReachedMessage[]): Promise<void> {
    const proven = await this.settlements.proven(tx, messages);
    for (const executionId of new Set(proven.map((delivery) => delivery.executionId))) {
      const chosen = proven.filter((delivery) => delivery.executionId === executionId);
      await this.settle(tx, executionId, chosen);
    }
  }

  private async settle(
    tx: Tx,
    executionId: string,
    chosen: Awaited<ReturnType<SettlementRepository['proven']>>,
  ): Promise<void> {
    await this.settlements.lock(tx, chosen[0]?.projectId ?? '', executionId);
    const settlement = { executionId, chosen, as: 'PROVEN' as const, reasons: null, by: 'The customer', isProof: true };
    const { chunkNos } = await this.settlements.lockChunks(tx, settlement);
    const { deliveries, seqs } = await this.settlements.settle(tx, settlement);
    if (deliveries === 0) return;
    await this.settlements.endAsSent(tx, executionId, seqs);
    await this.settlements.sumAgain(tx, executionId, chunkNos);
    await this.changes.add(tx, [executionId]);
    this.log.event('execution.proven', { executionId, deliveries });
  }
}
