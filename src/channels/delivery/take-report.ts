import {
  getProvider,
  MalformedReportError,
  type ProviderDefinition,
  type ProviderSettings,
  type Receipt,
  ReportLaterError,
  type ReportRequest,
  UnreadableReportError,
} from '@libs/delivery';
import { systemClock } from '@libs/foundation';
import { Transactions } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import { ProviderAccountRepository } from '../persistence/provider-account.repository';
import { type ReceiptOwner, ReceiptRepository } from '../persistence/receipt.repository';
import { ReceiptIntake } from './receipt-intake';
import { ReportAddress } from './report-address';
import { ReportFetch } from './report-fetch';
import { Sessions } from './sessions';

/** What became of a report. */
export type ReportTaken =
  | { outcome: 'TAKEN' | 'UNREADABLE' | 'UNKNOWN_ADDRESS' }
  | { outcome: 'NOT_AUTHENTIC' | 'MALFORMED' | 'LATER'; reason: string };

interface KnownAccount {
  owner: ReceiptOwner;
  readReport: NonNullable<ProviderDefinition['readReport']>;
  settings: ProviderSettings;
  until: number;
}

const keepMs = 15_000;
const mostKept = 1_000;
/** As much of an unreadable report as is kept. */
const keptCharacters = 4_096;

/** Takes what providers post: authenticated, read, and committed to the intake before it is answered. */
@Injectable()
export class TakeReport {
  private readonly known = new Map<string, KnownAccount>();

  constructor(
    private readonly addresses: ReportAddress,
    private readonly accounts: ProviderAccountRepository,
    private readonly sessions: Sessions,
    private readonly intake: ReceiptIntake,
    private readonly receipts: ReceiptRepository,
    private readonly fetching: ReportFetch,
    private readonly transactions: Transactions,
  ) {}

  async run(token: string, request: Pick<ReportRequest, 'headers' | 'body'>): Promise<ReportTaken> {
    const id = this.addresses.accountOf(token, systemClock.now());
    const remembered = id && this.remembered(id);
    const found = remembered ? await this.read(remembered, request) : null;
    // Settings may have changed since: only what is as it should be is taken by those that are remembered.
    if (remembered && found?.outcome === 'READ') return this.take(remembered, found.receipts);
    const account = id && (await this.load(id));
    if (!account) return { outcome: 'UNKNOWN_ADDRESS' };
    const reading = await this.read(account, request);
    if (reading.outcome === 'READ') return this.take(account, reading.receipts);
    if (reading.outcome !== 'UNREADABLE') return reading;
    const raw = request.body.toString('utf8', 0, keptCharacters).replaceAll('\u0000', '');
    await this.receipts.storeUnreadable(this.transactions.pool, account.owner, { reason: reading.reason, raw });
    return { outcome: 'UNREADABLE' };
  }

  private async take({ owner }: KnownAccount, receipts: Receipt[]): Promise<ReportTaken> {
    await this.intake.store(owner, receipts);
    return { outcome: 'TAKEN' };
  }

  private async read(
    { readReport, settings }: KnownAccount,
    request: Pick<ReportRequest, 'headers' | 'body'>,
  ): Promise<Reading> {
    const get = (url: string): Promise<string> => this.fetching.get(url);
    try {
      const reading = await readReport({ ...request, settings, receivedAt: systemClock.now(), get });
      if (reading.isAuthentic) return { outcome: 'READ', receipts: reading.receipts };
      return { outcome: 'NOT_AUTHENTIC', reason: reading.reason };
    } catch (error) {
      if (error instanceof MalformedReportError) return { outcome: 'MALFORMED', reason: error.message };
      if (error instanceof UnreadableReportError) return { outcome: 'UNREADABLE', reason: error.message };
      if (error instanceof ReportLaterError) return { outcome: 'LATER', reason: error.message };
      throw error;
    }
  }

  private remembered(id: string): KnownAccount | null {
    const known = this.known.get(id);
    return known && known.until > Date.now() ? known : null;
  }

  /** Null when there is no such account, or its provider reports another way. */
  private async load(id: string): Promise<KnownAccount | null> {
    const account = await this.accounts.findKept(this.transactions.pool, id);
    const readReport = account && getProvider(account.provider)?.readReport;
    this.known.delete(id);
    if (!account || !readReport) return null;
    if (this.known.size >= mostKept) this.known.clear();
    const owner = { projectId: account.projectId, accountId: id };
    const known = { owner, readReport, settings: this.sessions.settingsOf(account), until: Date.now() + keepMs };
    this.known.set(id, known);
    return known;
  }
}

type Reading =
  | { outcome: 'READ'; receipts: Receipt[] }
  | { outcome: 'NOT_AUTHENTIC' | 'MALFORMED' | 'UNREADABLE' | 'LATER'; reason: string };
