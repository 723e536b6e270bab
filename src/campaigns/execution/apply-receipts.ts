import { isPermanent } from '@libs/delivery';
import { Transactions, type Tx } from '@libs/platform';
import { DeliveryService, type ReceiptRow } from '@modules/channels';
import { type DeadAddress, ProfilesService } from '@modules/profiles';
import { Injectable } from '@nestjs/common';
import { happenedAt, saidNoAt } from '../domain/told-at';
import { EngagementRepository } from '../persistence/engagement.repository';
import { type LocatedReceipt, ReceiptLedgerRepository } from '../persistence/ledger/receipt-ledger.repository';
import { TotalsChangeRepository } from '../persistence/ledger/totals-change.repository';
import { TestSendRepository } from '../test-send/test-send.repository';
import { MessageLinks } from '../tracking/message-links';
import { SettleByReceipt } from './settle-by-receipt';

const batchSize = 500;

/** What a person told the provider: it goes on as any other engagement. */
const engagements = { COMPLAINED: 'COMPLAINED', UNSUBSCRIBED: 'UNSUBSCRIBED' } as const;

/**
 * Moves the ledger by what providers report: delivered, or bounced after all, each once. An address that is dead is
 * remembered on every profile that has it; complaints and unsubscribes go on to the intake of engagement.
 */
@Injectable()
export class ApplyReceipts {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: TotalsChangeRepository,
    private readonly delivery: DeliveryService,
    private readonly tests: TestSendRepository,
    private readonly links: MessageLinks,
    private readonly ledger: ReceiptLedgerRepository,
    private readonly engagement: EngagementRepository,
    private readonly profiles: ProfilesService,
    private readonly settleByReceipt: SettleByReceipt,
  ) {}

  /** Works until no receipt is left. */
  async run(): Promise<void> {
    while ((await this.applyBatch()) === batchSize);
  }

  private applyBatch(): Promise<number> {
    return this.transactions.run(async (tx) => {
      const receipts = await this.delivery.takeReceipts(tx, batchSize);
      if (receipts.length === 0) return 0;
      const given = receipts.map((receipt) => ({ receipt, ref: this.links.refOfMessageId(receipt.providerMessageId) }));
      const located = await this.ledger.locate(tx, given);
      await this.settleByReceipt.run(tx, located);
      const fates = located.filter(({ status }) => !(status in engagements));
      await this.changes.add(tx, await this.ledger.apply(tx, fates));
      await this.markDead(tx, fates);
      await this.passOn(tx, located);
      await this.delivery.returnReceipts(tx, await this.unknown(tx, receipts, located));
      return receipts.length;
    });
  }

  private async markDead(tx: Tx, receipts: LocatedReceipt[]): Promise<void> {
    for (const projectId of new Set(receipts.map((receipt) => receipt.projectId))) {
      const own = receipts.filter((receipt) => receipt.projectId === projectId);
      const dead = own.flatMap(deadAddress);
      if (dead.length > 0) await this.profiles.markUnreachable(tx, projectId, dead);
    }
  }

  private async passOn(tx: Tx, receipts: LocatedReceipt[]): Promise<void> {
    const rows = receipts.flatMap((receipt) => {
      const { status, projectId, executionId, seq, medium, profileId, code } = receipt;
      if (status !== 'COMPLAINED' && status !== 'UNSUBSCRIBED') return [];
      const message = { projectId, executionId, seq, medium, profileId, kind: engagements[status] };
      const times = { occurredAt: happenedAt(receipt), saidAt: saidNoAt(receipt) };
      return [{ ...message, ...times, isMachine: false, link: null, answers: null, userAgent: code.slice(0, 200) }];
    });
    if (rows.length > 0) await this.engagement.store(tx, rows);
  }

  /** Receipts of messages whose acceptance is not written down yet, or that are not ours. */
  private async unknown(tx: Tx, receipts: ReceiptRow[], located: LocatedReceipt[]): Promise<ReceiptRow[]> {
    const found = new Set(located.map(({ id }) => id));
    const others = receipts.filter(({ id }) => !found.has(id));
    const ofTests = await this.tests.applyReceipts(tx, others);
    return others.filter(({ accountId, providerMessageId }) => !ofTests.has(`${accountId} ${providerMessageId}`));
  }
}

/** The address that was mailed. Where a report names another one, it is about a mailbox that somebody passed it on to. */
function deadAddress(receipt: LocatedReceipt): DeadAddress[] {
  const { bounce, status, address, mailedTo, medium, profileId, addressKey, code } = receipt;
  if (status !== 'FAILED' || !bounce || !mailedTo || !isPermanent(bounce)) return [];
  if (address && address.toLowerCase() !== mailedTo.toLowerCase()) return [];
  return [{ medium, profileId, addressKey, address: mailedTo, reason: `${bounce}: ${code}`.slice(0, 500) }];
}
