import { createSign } from 'node:crypto';
import { AppError } from '@libs/foundation';
import { type Dispatcher, request } from 'undici';
import type { ServiceAccount } from './service-account';

/** Google gave no access token. */
export class AccessTokenError extends AppError {
  readonly code = 'FCM_ACCESS_TOKEN';

  constructor(
    message: string,
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

const messagingScope = 'https://www.googleapis.com/auth/firebase.messaging';
const refreshBeforeMs = 300_000;
const assertionSeconds = 3_600;
const timeoutMs = 10_000;

/** Access tokens of a service account (RFC 7523), kept until 5 minutes before they end; one fetch at a time. */
export class AccessTokens {
  private current: { token: string; until: number } | null = null;
  private pending: Promise<string> | null = null;

  constructor(
    private readonly account: ServiceAccount,
    private readonly dispatcher: Dispatcher,
    private readonly scope = messagingScope,
  ) {}

  /** @throws {AccessTokenError} */
  async get(): Promise<string> {
    if (this.current && this.current.until > Date.now()) return this.current.token;
    this.pending ??= this.fetch().finally(() => {
      this.pending = null;
    });
    return this.pending;
  }

  /** Forgets a token that was refused. */
  drop(token: string): void {
    if (this.current?.token === token) this.current = null;
  }

  private async fetch(): Promise<string> {
    const answer = await this.post();
    const token = answer.body.access_token;
    if (answer.status !== 200 || typeof token !== 'string') {
      const reason = String(answer.body.error_description ?? answer.body.error ?? 'no reason given').slice(0, 200);
      throw new AccessTokenError(`The token service answered ${answer.status}: ${reason}`, answer.status >= 429);
    }
    const lifeMs = Number(answer.body.expires_in ?? 0) * 1000;
    this.current = { token, until: Date.now() + Math.max(lifeMs - refreshBeforeMs, lifeMs / 2) };
    return token;
  }

  private async post(): Promise<{ status: number; body: Record<string, unknown> }> {
    try {
      const { statusCode, body } = await request(this.account.tokenUri, {
        method: 'POST',
        dispatcher: this.dispatcher,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: this.assertion(),
        }).toString(),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      const text = await body.text();
      return { status: statusCode, body: parse(text) };
    } catch (cause) {
      throw new AccessTokenError('The token service cannot be reached', true, { cause });
    }
  }

  private assertion(): string {
    const now = Math.floor(Date.now() / 1000);
    const { clientEmail, tokenUri, privateKey } = this.account;
    const claims = { iss: clientEmail, scope: this.scope, aud: tokenUri, iat: now, exp: now + assertionSeconds };
    const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
