import { createPrivateKey, type KeyObject, sign } from 'node:crypto';

/** Apple takes a token for an hour and wants it changed after 20 minutes at the earliest. */
const tokenSeconds = 1_800;

/** Who signs. */
export interface ApnsSigner {
  key: KeyObject;
  keyId: string;
  teamId: string;
}

/** Makes the `authorization` of a team's key: signed half-hourly with the same time in every process, so that none is too new for another. */
export class ProviderTokens {
  private current: { issuedAt: number; header: string } | null = null;

  constructor(private readonly signer: ApnsSigner) {}

  /** The header for now. */
  header(nowMs = Date.now()): string {
    const issuedAt = Math.floor(nowMs / 1_000 / tokenSeconds) * tokenSeconds;
    if (this.current?.issuedAt !== issuedAt) this.current = { issuedAt, header: `bearer ${this.token(issuedAt)}` };
    return this.current.header;
  }

  private token(issuedAt: number): string {
    const { key, keyId, teamId } = this.signer;
    const signed = `${encode({ alg: 'ES256', kid: keyId })}.${encode({ iss: teamId, iat: issuedAt })}`;
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }
}

/** The key in the text of a .p8 file; null when it holds none on the curve P-256. */
export function readApnsKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null;
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
