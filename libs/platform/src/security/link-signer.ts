import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const markBytes = 12;
const keyBytes = 2;
const dayBytes = 2;
const dayMs = 86_400_000;

/** What a token says when it is ours; null when it is not, and whether its time is over. */
export interface OpenedLink {
  payload: Buffer;
  isExpired: boolean;
}

/**
 * Signs short payloads for links that strangers hold: nobody can make or change one. Keys follow from the master keys,
 * so links stay good while their master key is still configured. The token is base64url of
 * key hash (2 bytes), last day (2), payload, truncated HMAC-SHA256 (12).
 */
export class LinkSigner {
  private readonly keys = new Map<string, Buffer>();
  private readonly active: string;

  /** @param keys comma list of `keyId:base64` of 32 bytes, as for secrets; the first signs, all verify. */
  constructor(keys: string) {
    const ids = keys.split(',').map((entry) => {
      const [id = '', key = ''] = entry.split(':');
      const name = createHash('sha256').update(id).digest().subarray(0, keyBytes).toString('hex');
      this.keys.set(name, Buffer.from(hkdfSync('sha256', Buffer.from(key, 'base64'), '', 'signed links', 32)));
      return name;
    });
    this.active = ids[0] ?? '';
  }

  /** @param bound text that the token holds for but does not carry, such as the address a link leads to. */
  sign(payload: Buffer, { lastDay, bound = '' }: { lastDay: Date; bound?: string }): string {
    const day = Buffer.alloc(dayBytes);
    day.writeUInt16BE(Math.floor(lastDay.getTime() / dayMs));
    const head = Buffer.concat([Buffer.from(this.active, 'hex'), day, payload]);
    return Buffer.concat([head, this.mark(this.active, head, bound)]).toString('base64url');
  }

  /** Null when the token is not ours, was changed, or was made for another `bound` text. */
  open(token: string, { now, bound = '' }: { now: Date; bound?: string }): OpenedLink | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length < keyBytes + dayBytes + markBytes) return null;
    const head = bytes.subarray(0, -markBytes);
    const key = head.subarray(0, keyBytes).toString('hex');
    if (!this.keys.has(key) || !timingSafeEqual(bytes.subarray(-markBytes), this.mark(key, head, bound))) return null;
    const isExpired = head.readUInt16BE(keyBytes) < Math.floor(now.getTime() / dayMs);
    return { payload: head.subarray(keyBytes + dayBytes), isExpired };
  }

  private mark(key: string, head: Buffer, bound: string): Buffer {
    const hmac = createHmac('sha256', this.keys.get(key) ?? Buffer.alloc(0));
    return hmac.update(head).update(bound, 'utf8').digest().subarray(0, markBytes);
  }
}
