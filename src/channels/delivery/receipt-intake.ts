import type { Receipt } from '@libs/delivery';
import { Outbox, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { receiptsArrived } from '../domain/events';
import { type ReceiptOwner, ReceiptRepository } from '../persistence/receipt.repository';

/** Takes receipts in: stored and announced in one transaction, one announcement per batch. */
@Injectable()
export class ReceiptIntake {
  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly repository: ReceiptRepository,
  ) {}

  /** Resolves when the receipts are committed; known ones change nothing and announce nothing. */
  async store(owner: ReceiptOwner, receipts: Receipt[]): Promise<void> {
    if (receipts.length === 0) return;
    await this.transactions.run(async (tx) => {
      const isNew = (await this.repository.store(tx, owner, receipts)) > 0;
      if (isNew) await this.outbox.publish(tx, receiptsArrived, { accountId: owner.accountId });
    });
  }
}
