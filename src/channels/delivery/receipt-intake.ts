import type { Receipt } from '@libs/delivery';
import { GroupCommit, Outbox, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { receiptsArrived } from '../domain/events';
import { type ReceiptOwner, ReceiptRepository } from '../persistence/receipt.repository';

const mostAtOnce = 500;

interface Arrived {
  owner: ReceiptOwner;
  receipts: Receipt[];
}

/** Takes receipts in: stored and announced in one transaction, with what came meanwhile, one announcement for each account. */
@Injectable()
export class ReceiptIntake {
  private readonly arrived: GroupCommit<Arrived, null>;

  constructor(
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly repository: ReceiptRepository,
  ) {
    this.arrived = new GroupCommit(mostAtOnce, async (items) => {
      await this.write(items);
      return items.map(() => null);
    });
  }

  /** Resolves when the receipts are committed; known ones change nothing and announce nothing. */
  async store(owner: ReceiptOwner, receipts: Receipt[]): Promise<void> {
    if (receipts.length > 0) await this.arrived.add({ owner, receipts });
  }

  private write(items: Arrived[]): Promise<void> {
    return this.transactions.run(async (tx) => {
      const rows = items.flatMap(({ owner, receipts }) => receipts.map((receipt) => ({ ...owner, ...receipt })));
      for (const accountId of await this.repository.store(tx, rows)) {
        await this.outbox.publish(tx, receiptsArrived, { accountId });
      }
    });
  }
}
