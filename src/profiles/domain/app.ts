import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Where an app runs. */
export const platforms = ['ANDROID', 'IOS', 'WEB'] as const;

/** One of {@link platforms}. */
export type Platform = (typeof platforms)[number];

/** An app or site of a project. */
export interface App {
  id: string;
  name: string;
  platform: Platform;
}

/** A new random credential and what is kept of it: never the credential itself. */
export interface NewCredential {
  secret: string;
  hash: string;
  hint: string;
}

/** Makes a credential of 32 random bytes that begins with `prefix`. */
export function newCredential(prefix: string): NewCredential {
  const secret = `${prefix}${randomBytes(32).toString('base64url')}`;
  return { secret, hash: hashCredential(secret), hint: `${prefix}…${secret.slice(-4)}` };
}

/** What a credential is looked up by. Credentials are random, so a plain hash is enough. */
export function hashCredential(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Proof that a server of the operator named this user: HMAC-SHA256 of the user ID, as hexadecimal digits. */
export function proofOfUser(identitySecret: string, userId: string): string {
  return createHmac('sha256', identitySecret).update(userId, 'utf8').digest('hex');
}

/** Compares in a time that says nothing about where two texts differ. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
}
