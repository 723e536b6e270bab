import { dropOldestMonth, Leases, Log, Outbox, prepareMonths, Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { SenderPool } from '../delivery/sender-pool';
import { receiptsArrived } from '../domain/events';
import { CheckListeners } from '../listeners/check-listeners';
import { KeepListeners } from '../listeners/keep-listeners';
import { TakeBackAgain } from '../listeners/take-back-again';
import { KeptMessageRepository } from '../persistence/kept-message.repository';
import { ReceiptRepository } from '../persistence/receipt.repository';

const listenersEveryMs = 60_000;
const checkEveryMs = 24 * 3_600_000;
const lookEveryMs = 600_000;
const expiryEveryMs = 3_600_000;
const takeBackEveryMs = 3_600_000;
const receiptsEveryMs = 5_000;
const sessionsEveryMs = 15_000;

/** Reports of a message that expired may still come. */
const keptAfterExpiryDays = 30;
/** What providers and people reported. */
const keptMonths = 13;
const removedAtOnce = 5_000;

/** The clocks of channels. */
@Injectable()
export class ChannelsClocks {
  constructor(
    private readonly leases: Leases,
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly log: Log,
    private readonly keepListeners: KeepListeners,
    private readonly checkListeners: CheckListeners,
    private readonly takeBackAgain: TakeBackAgain,
    private readonly receipts: ReceiptRepository,
    private readonly kept: KeptMessageRepository,
    private readonly senders: SenderPool,
  ) {}

  /** Repairs listeners, somewhere once. */
  @Interval(listenersEveryMs)
  async listeners(): Promise<void> {
    const tick = { name: 'channels.keep-listeners', everyMs: listenersEveryMs, leaseMs: 300_000 };
    await this.leases.runWhenDue(tick, () => this.keepListeners.run());
  }

  /** Compares listeners with what Optimove has, once a day. */
  @Interval(lookEveryMs)
  async registeredListeners(): Promise<void> {
    const tick = { name: 'channels.check-listeners', everyMs: checkEveryMs, leaseMs: 600_000 };
    await this.leases.runWhenDue(tick, () => this.checkListeners.run());
  }

  /** Tries again to take back what removed channels left at Optimove. */
  @Interval(lookEveryMs)
  async leftListeners(): Promise<void> {
    const tick = { name: 'channels.left-listeners', everyMs: takeBackEveryMs, leaseMs: 600_000 };
    await this.leases.runWhenDue(tick, () => this.takeBackAgain.run());
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

  /** Makes the months of the intakes ahead of time, and drops old ones. */
  @Interval(expiryEveryMs)
  async intakeMonths(): Promise<void> {
    const tick = { name: 'channels.intake-months', everyMs: expiryEveryMs, leaseMs: 600_000 };
    await this.leases.runWhenDue(tick, async () => {
      for (const table of ['receipt_intake', 'text_intake']) {
        await prepareMonths(this.transactions.pool, table);
        while (await dropOldestMonth(this.transactions.pool, table, keptMonths));
      }
    });
  }

  /** Removes messages of inboxes, apps and sites that expired long ago. */
  @Interval(expiryEveryMs)
  async expiredMessages(): Promise<void> {
    const tick = { name: 'channels.expired-messages', everyMs: expiryEveryMs, leaseMs: 600_000 };
    const given = { days: keptAfterExpiryDays, limit: removedAtOnce };
    await this.leases.runWhenDue(tick, async () => {
      while ((await this.transactions.run((tx) => this.kept.removeExpired(tx, given))) === removedAtOnce);
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
