import { verify } from 'node:crypto';
import type { ApnsAccount } from './apns-account';

const longestSeconds = 3_600;
const clockLeewaySeconds = 60;

/** What a provider token says, or Apple's reason for refusing it. */
export type ReadToken = { issuedAt: number } | { refused: ProviderTokenRefusal };

/** Why a token is refused, in Apple's words; all with status 403. */
export type ProviderTokenRefusal = 'MissingProviderToken' | 'InvalidProviderToken' | 'ExpiredProviderToken';

/** Reads `authorization: bearer <JWT>` as signed by the account's key: ES256, `kid` in the header, `iss` and `iat` in the claims. */
export function readProviderToken(
  header: string | undefined,
  account: ApnsAccount,
  nowSeconds = Date.now() / 1_000,
): ReadToken {
  const token = /^bearer (\S+)$/i.exec(header ?? '')?.[1];
  if (!token) return { refused: 'MissingProviderToken' };
  const [head = '', body = '', signature = '', ...rest] = token.split('.');
  const { alg, kid } = decode(head);
  const { iss, iat } = decode(body);
  const isOurs = rest.length === 0 && alg === 'ES256' && kid === account.keyId && iss === account.teamId;
  if (!isOurs || typeof iat !== 'number' || !isSigned(`${head}.${body}`, signature, account)) {
    return { refused: 'InvalidProviderToken' };
  }
  if (iat > nowSeconds + clockLeewaySeconds) return { refused: 'InvalidProviderToken' };
  return iat < nowSeconds - longestSeconds ? { refused: 'ExpiredProviderToken' } : { issuedAt: iat };
}

function isSigned(text: string, signature: string, { publicKey }: ApnsAccount): boolean {
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  return verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

function decode(part: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(Buffer.from(part, 'base64url').toString()));
  } catch {
    return {};
  }
}
