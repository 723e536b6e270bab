import {
  getProvider,
  type HandOver,
  type Medium,
  type OutboundMessage,
  providers,
  type SendResult,
} from '@libs/delivery';
import { AppError } from '@libs/foundation';
import { type GaugeValue, Log, Metrics, Transactions } from '@libs/platform';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Accounts } from '../domain/accounts';
import type { Room, Sender } from '../domain/sender';
import type { ProviderAccountEntity } from '../persistence/provider-account.entity';
import { ProviderAccountRepository } from '../persistence/provider-account.repository';
import { RateRepository } from '../persistence/rate.repository';
import { AccountRate } from './account-rate';
import { notHandedOver, OpenAccount } from './open-account';
import { sendPaced } from './pace';
import { Sessions } from './sessions';

/** Providers that report what became of accepted messages. */
export const reportingProviders = providers.filter(({ hasReceipts }) => hasReceipts).map(({ key }) => key);

/**
 * The open provider accounts of this process: one session per account, opened with the first message, replaced when
 * the account's settings changed. A replaced session finishes what is under way before it closes.
 */
@Injectable()
export class SenderPool implements OnApplicationShutdown {
  private readonly open = new Map<string, OpenAccount>();
  private readonly rates = new Map<string, AccountRate>();
  private readonly closing = new Set<Promise<void>>();
  private isStopping = false;
  private readonly count: (labels: Record<'medium' | 'provider' | 'outcome', string>, count: number) => void;

  constructor(
    private readonly transactions: Transactions,
    private readonly repository: ProviderAccountRepository,
    private readonly rateBook: RateRepository,
    private readonly sessions: Sessions,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    const handOvers = 'Messages given to providers, by what became of that; RETRYABLE ones certainly were not taken';
    this.count = metrics.counter('hand_overs_total', handOvers, ['medium', 'provider', 'outcome']);
    const help =
      'Whether this process leaves a provider account alone for a while, because it took nothing (1) or not (0)';
    metrics.gauge({ name: 'provider_account_paused', help, labels: ['account'] }, () => this.pauses());
  }

  /** The accounts by which the project delivers these media. Nothing is opened yet. */
  async sendersFor(projectId: string, media: readonly Medium[]): Promise<Accounts<Sender>> {
    const accounts = await this.repository.findDelivering(this.transactions.pool, projectId, media);
    const senders = accounts.flatMap((account) => {
      const sender = this.senderOf(account);
      return sender ? [{ taking: account, account: sender }] : [];
    });
    return new Accounts(senders);
  }

  /**
   * Closes sessions whose account was deleted or changed, and opens those of accounts that report deliveries: receipts
   * of earlier messages come in even when nothing new is sent.
   */
  async refresh(): Promise<void> {
    const tx = this.transactions.pool;
    const accounts = await this.repository.findOpen(tx, [...this.open.keys()]);
    const kept = new Set(accounts.map(({ id }) => id));
    for (const id of this.open.keys()) if (!kept.has(id)) this.close(id);
    for (const account of accounts) this.keepOpen(account);
    for (const account of await this.repository.findDefaultsOf(tx, reportingProviders)) this.keepOpen(account);
  }

  /** Accounts with a session in this process. */
  openAccountIds(): string[] {
    return [...this.open.keys()];
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    for (const id of [...this.open.keys()]) this.close(id);
    await Promise.all(this.closing);
  }

  private senderOf(account: ProviderAccountEntity): Sender | null {
    const definition = getProvider(account.provider);
    if (!definition) return null;
    return {
      accountId: account.id,
      medium: definition.medium,
      provider: definition.key,
      dedupe: definition.dedupe,
      messagesPerSecond: account.messagesPerSecond,
      waitMs: () => this.open.get(account.id)?.waitMs() ?? 0,
      reserve: async (request) => this.rateOf(account)?.reserve(request) ?? null,
      sendBatch: (messages, handOver, room) => this.atItsPace(account, { messages, handOver, room }),
    };
  }

  private keepOpen(account: ProviderAccountEntity): void {
    if (this.isStopping) return;
    try {
      this.sessionOf(account);
    } catch (error) {
      this.log.failure('provider-account.not-opened', error, { accountId: account.id });
    }
  }

  private atItsPace(
    account: ProviderAccountEntity,
    batch: { messages: OutboundMessage[]; handOver: HandOver; room: Room | undefined },
  ): Promise<SendResult[]> {
    const rate = this.rateOf(account);
    if (!rate) return this.sendBatch(account, batch.messages, batch.handOver);
    const send = (messages: OutboundMessage[]) => this.sendBatch(account, messages, batch.handOver);
    const notBooked = (error: unknown): void =>
      this.log.failure('provider-account.not-booked', error, { accountId: account.id });
    return sendPaced(rate, { ...batch, send, notBooked });
  }

  private rateOf({ id: accountId, messagesPerSecond: perSecond }: ProviderAccountEntity): AccountRate | null {
    if (perSecond === null) return null;
    const existing = this.rates.get(accountId);
    if (existing?.perSecond === perSecond) return existing;
    const rate = new AccountRate(perSecond, (request) =>
      this.rateBook.book(this.transactions.pool, { ...request, accountId, perSecond }),
    );
    this.rates.set(accountId, rate);
    return rate;
  }

  private async sendBatch(
    account: ProviderAccountEntity,
    messages: OutboundMessage[],
    handOver: HandOver,
  ): Promise<SendResult[]> {
    if (this.isStopping) return notHandedOver(messages, 'STOPPING', 'This process is stopping');
    let session: OpenAccount;
    try {
      session = this.sessionOf(account);
    } catch (error) {
      this.log.failure('provider-account.not-opened', error, { accountId: account.id });
      const reason = error instanceof AppError ? error.code : 'NOT_OPENED';
      return notHandedOver(messages, reason, 'The provider account cannot be opened; check its settings');
    }
    const results = await session.sendBatch(messages, handOver);
    this.countOutcomes(account, results);
    return results;
  }

  private countOutcomes({ provider }: ProviderAccountEntity, results: SendResult[]): void {
    const medium = getProvider(provider)?.medium ?? '';
    const counts = new Map<string, number>();
    for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    for (const [outcome, count] of counts) this.count({ medium, provider, outcome }, count);
  }

  private pauses(): GaugeValue<'account'>[] {
    return [...this.open].map(([account, open]) => ({ labels: { account }, value: open.waitMs() > 0 ? 1 : 0 }));
  }

  /** A caller that still holds an older version sends through the newer session. */
  private sessionOf(account: ProviderAccountEntity): OpenAccount {
    const existing = this.open.get(account.id);
    if (existing && existing.version >= account.version) return existing;
    const opened = new OpenAccount(account.version, this.sessions.open(account));
    this.close(account.id);
    this.open.set(account.id, opened);
    return opened;
  }

  private close(id: string): void {
    const account = this.open.get(id);
    if (!account) return;
    this.open.delete(id);
    this.rates.delete(id);
    const closed = account
      .close()
      .catch((error: unknown) => this.log.failure('provider-account.not-closed', error, { accountId: id }))
      .finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}
