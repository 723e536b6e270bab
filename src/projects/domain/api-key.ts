import { createHash, randomBytes } from 'node:crypto';

const prefix = 'xpo_';

/** A new API key and what is kept of it: never the key itself. */
export interface NewApiKey {
  key: string;
  hash: string;
  hint: string;
}

/** Makes a key of 32 random bytes. */
export function newApiKey(): NewApiKey {
  const key = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { key, hash: hashApiKey(key), hint: `${prefix}…${key.slice(-4)}` };
}

/** What a key is looked up by. Keys are random, so a plain hash is enough. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
