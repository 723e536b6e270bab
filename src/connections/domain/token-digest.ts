import { createHmac } from 'node:crypto';

/** What the keys are derived for by which a token is recognised that is not kept any more. */
export const tokenPurpose = 'tokens of connections';

/** By which the same token is recognised, and nothing else is learned of it. */
export function tokenDigest(token: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(token).digest();
}
