import { createPublicKey, verify } from 'node:crypto';

const longestSeconds = 24 * 3_600;
const point = 65;

/** Why the sender's signature is refused (RFC 8292), or null when it is good. */
export function vapidRefusal(
  header: string | undefined,
  { audience, wantedKey }: { audience: string; wantedKey: string | null },
): { status: 401 | 403; reason: string } | null {
  const { token, key } = readHeader(header);
  if (!token || !key) return { status: 401, reason: 'Send Authorization: vapid t=…, k=…' };
  const claims = verifiedClaims(token, key);
  if (!claims) return { status: 401, reason: 'The signature does not fit the key' };
  if (claims.aud !== audience) return { status: 403, reason: `The audience must be ${audience}` };
  const left = Number(claims.exp) - Date.now() / 1_000;
  if (!(left > 0 && left <= longestSeconds)) return { status: 403, reason: 'exp must lie within 24 hours from now' };
  if (!/^(mailto:|https:)/.test(String(claims.sub))) return { status: 403, reason: 'sub must be mailto: or https:' };
  if (wantedKey !== null && wantedKey !== key) return { status: 403, reason: 'Subscribed with another key' };
  return null;
}

function readHeader(header: string | undefined): { token?: string; key?: string } {
  const [, token, key] = /^vapid t=([\w.-]+),\s*k=([\w-]+)$/i.exec(header ?? '') ?? [];
  return { token, key };
}

function verifiedClaims(token: string, publicKey: string): Record<string, unknown> | null {
  try {
    const [head = '', body = '', signature = ''] = token.split('.');
    const raw = Buffer.from(publicKey, 'base64url');
    if (raw.length !== point || alg(head) !== 'ES256') return null;
    const coordinate = (from: number): string => raw.subarray(from, from + 32).toString('base64url');
    const key = createPublicKey({
      key: { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) },
      format: 'jwk',
    });
    const isGood = verify(
      'sha256',
      Buffer.from(`${head}.${body}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    return isGood ? (JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function alg(head: string): unknown {
  return (JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg?: unknown }).alg;
}
