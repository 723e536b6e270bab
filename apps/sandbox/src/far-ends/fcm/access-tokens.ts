import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long an access token is good for, in seconds; Google's own answer is an hour. */
export const accessTokenSeconds = 3_600;

/** Issues bearer tokens that carry their own expiry, so none has to be remembered. */
export class AccessTokens {
  private readonly secret = randomBytes(32);

  issue(now = Date.now()): string {
    const expiresAt = Math.floor(now / 1_000) + accessTokenSeconds;
    return `ya29.${expiresAt}.${this.seal(expiresAt)}`;
  }

  /** Whether the `Authorization` header holds a token issued here that has not expired. */
  accepts(authorization: string | undefined, now = Date.now()): boolean {
    const match = /^Bearer ya29\.(\d{1,12})\.([\w-]{43})$/i.exec(authorization ?? '');
    const expiresAt = Number(match?.[1]);
    if (!match?.[2] || expiresAt * 1_000 <= now) return false;
    return timingSafeEqual(Buffer.from(match[2]), Buffer.from(this.seal(expiresAt)));
  }

  private seal(expiresAt: number): string {
    return createHmac('sha256', this.secret).update(String(expiresAt)).digest('base64url');
  }
}
