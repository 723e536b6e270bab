import { LinkSigner, PlatformConfig } from '@libs/platform';
import { Injectable } from '@nestjs/common';

/** Far away: an address that was given to a provider stays good. */
const lastDay = new Date(Date.UTC(2149, 0, 1));
const bound = 'provider reports';
const uuidBytes = 16;

/** Where a provider posts what became of messages: one secret address for each account, which nobody can make up. */
@Injectable()
export class ReportAddress {
  constructor(
    private readonly signer: LinkSigner,
    private readonly config: PlatformConfig,
  ) {}

  /** The address of an account. Whoever knows it may report: show it only to those who manage accounts. */
  of(accountId: string): string {
    const token = this.signer.sign(Buffer.from(accountId.replaceAll('-', ''), 'hex'), { lastDay, bound });
    return `${this.config.PUBLIC_URL.replace(/\/$/, '')}/callbacks/providers/${token}`;
  }

  /** The account that a token stands for; null when the token is not ours. */
  accountOf(token: string, now: Date): string | null {
    const opened = this.signer.open(token, { now, bound });
    if (opened?.payload.length !== uuidBytes) return null;
    return opened.payload.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
}
