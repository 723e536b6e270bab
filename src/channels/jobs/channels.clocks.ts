import { Leases, Log, Outbox, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { SenderPool } from '../delivery/sender-pool';
import { receiptsArrived } from '../domain/events';
import { KeepListeners } from '../listeners/keep-listeners';
import { ReceiptRepository } from '../persistence/receipt.repository';

const listenersEveryMs = 60_000;
const receiptsEveryMs = 5_000;
const sessionsEveryMs = 15_000;

/** The clocks of channels. */
@Injectable()
export class ChannelsClocks {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly log: Log,
    private readonly keepListeners: KeepListeners,
    private readonly receipts: ReceiptRepository,
    private readonly senders: SenderPool,
  ) {}

  /** Repairs listeners, somewhere once. */
  @Interval(listenersEveryMs)
  async listeners(): Promise<void> {
    const tick = { name: 'channels.keep-listeners', everyMs: listenersEveryMs, leaseMs: 300_000 };
    await this.leases.runWhenDue(tick, () => this.keepListeners.run());
  }

  /** Announces receipts again that still wait: put back, or their announcement came to nothing. */
  @Interval(receiptsEveryMs)
  async waitingReceipts(): Promise<void> {
    const tick = { name: 'channels.waiting-receipts', everyMs: receiptsEveryMs, leaseMs: 60_000 };
    await this.leases.runWhenDue(tick, async () => {
      await this.transactions.run(async (tx) => {
        for (const accountId of await this.receipts.waitingAccounts(tx)) {
          await this.outbox.publish(tx, receiptsArrived, { accountId });
        }
      });
    });
  }

  /** Keeps the sessions of this very process as the accounts are. */
  @Interval(sessionsEveryMs)
  async sessions(): Promise<void> {
    try {
      await this.senders.refresh();
    } catch (error) {
      this.log.failure('provider-accounts.not-refreshed', error);
    }
  }
}
