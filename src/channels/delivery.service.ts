import type { Medium } from '@libs/delivery';
import { Transactions, type Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { reportingProviders, SenderPool } from './delivery/sender-pool';
import { Accounts } from './domain/accounts';
import type { KeywordRow } from './domain/keyword-row';
import type { ReceiptRow } from './domain/receipt-row';
import type { Sender } from './domain/sender';
import { ProviderAccountRepository } from './persistence/provider-account.repository';
import { ReceiptRepository } from './persistence/receipt.repository';
import { TextRepository } from './persistence/text.repository';

/** Who delivers a medium, and what providers said later. */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly transactions: Transactions,
    private readonly senders: SenderPool,
    private readonly accounts: ProviderAccountRepository,
    private readonly receipts: ReceiptRepository,
    private readonly texts: TextRepository,
  ) {}

  /** The accounts by which the project delivers these media. */
  sendersFor(projectId: string, media: readonly Medium[]): Promise<Accounts<Sender>> {
    return this.senders.sendersFor(projectId, media);
  }

  /** The ids of those accounts; nothing that could send is handed out. */
  async accountsFor(projectId: string, media: readonly Medium[]): Promise<Accounts<string>> {
    const accounts = await this.accounts.findDelivering(this.transactions.pool, projectId, media);
    return new Accounts(accounts.map((account) => ({ taking: account, account: account.id })));
  }

  /** Whether the project has this account. */
  async hasAccount(projectId: string, accountId: string): Promise<boolean> {
    return (await this.accounts.find(this.transactions.pool, projectId, accountId)) !== null;
  }

  /** Accounts of the project whose provider reports what became of a message, whether they are in use or not. */
  async accountsThatReport(projectId: string): Promise<string[]> {
    const accounts = await this.accounts.list(this.transactions.pool, projectId);
    return accounts.flatMap(({ id, provider }) => (reportingProviders.includes(provider) ? [id] : []));
  }

  /** At most `limit` receipts that nobody has taken, oldest first; marked processed when `tx` commits. */
  takeReceipts(tx: Tx, limit: number): Promise<ReceiptRow[]> {
    return this.receipts.take(tx, limit);
  }

  /** At most `limit` keywords that people sent and nobody has taken, oldest first; marked processed when `tx` commits. */
  takeKeywords(tx: Tx, limit: number): Promise<KeywordRow[]> {
    return this.texts.take(tx, limit);
  }

  /** Keeps in mind that the numbers of these keywords belong to nobody we know. */
  markUnknownTexts(tx: Tx, ids: string[]): Promise<void> {
    return this.texts.markUnknown(tx, ids);
  }

  /**
   * Gives back receipts whose message is not known yet: a provider may report before its acceptance is written down.
   * They come again after a growing pause, for about half an hour.
   */
  returnReceipts(tx: Tx, receipts: Pick<ReceiptRow, 'id'>[]): Promise<void> {
    return this.receipts.putBack(
      tx,
      receipts.map(({ id }) => id),
    );
  }
}
