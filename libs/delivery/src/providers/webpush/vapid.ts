import { createECDH, createPrivateKey, type KeyObject, sign } from 'node:crypto';

/** Keys by which push services know who sends (RFC 8292), raw and in base64url. */
export interface VapidKeys {
  /** An uncompressed point on P-256; browsers subscribe with it. */
  publicKey: string;
  privateKey: string;
}

const curve = 'prime256v1';
const tokenSeconds = 12 * 3_600;
const renewSeconds = 3_600;
/** Endpoints come from browsers: somebody may make up any number of hosts. */
const mostKept = 1_000;

/** Fresh keys. */
export function newVapidKeys(): VapidKeys {
  const pair = createECDH(curve);
  const publicKey = pair.generateKeys('base64url');
  return { publicKey, privateKey: pair.getPrivateKey('base64url') };
}

/** Which of the keys is wrong, or none. */
export function vapidProblem({ publicKey, privateKey }: VapidKeys): { field: string; message: string } | null {
  const help = 'give both keys of a pair in base64url, or neither to have them made';
  const pair = createECDH(curve);
  try {
    pair.setPrivateKey(Buffer.from(privateKey, 'base64url'));
  } catch {
    return { field: 'privateKey', message: `This is no private key on P-256; ${help}` };
  }
  if (pair.getPublicKey('base64url') === publicKey) return null;
  return { field: 'publicKey', message: `The public key does not belong to the private one; ${help}` };
}

/** Makes the `Authorization` of each push service and keeps it for hours. */
export class VapidTokens {
  private readonly key: KeyObject;
  private readonly kept = new Map<string, { header: string; until: number }>();

  constructor(
    private readonly keys: VapidKeys,
    private readonly subject: string,
  ) {
    this.key = privateKeyOf(keys);
  }

  /** The header for a push service of this origin. */
  headerFor(origin: string, nowSeconds = Date.now() / 1_000): string {
    const known = this.kept.get(origin);
    if (known && known.until > nowSeconds) return known.header;
    const expires = Math.floor(nowSeconds) + tokenSeconds;
    const header = `vapid t=${this.token(origin, expires)}, k=${this.keys.publicKey}`;
    if (this.kept.size >= mostKept) this.kept.clear();
    this.kept.set(origin, { header, until: expires - renewSeconds });
    return header;
  }

  private token(audience: string, expires: number): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { aud: audience, exp: expires, sub: this.subject };
    const signed = `${part({ typ: 'JWT', alg: 'ES256' })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }
}

function privateKeyOf({ publicKey, privateKey }: VapidKeys): KeyObject {
  const point = Buffer.from(publicKey, 'base64url');
  const coordinate = (from: number): string => point.subarray(from, from + 32).toString('base64url');
  const key = { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33), d: privateKey };
  return createPrivateKey({ key, format: 'jwk' });
}
