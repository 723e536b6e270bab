import { ECDH } from 'node:crypto';
import type { EncryptionKeys } from '../../contract';

const base64url = /^[\w-]+={0,2}$/;
const pointBytes = 65;
const secretBytes = 16;

/** What is wrong with keys to encrypt for, at which of them; null when messages can be encrypted with them. */
export function encryptionKeysProblem({
  p256dh,
  auth,
}: EncryptionKeys): { field: keyof EncryptionKeys; message: string } | null {
  if (!isPoint(p256dh)) {
    return { field: 'p256dh', message: 'p256dh must be an uncompressed public key on P-256 (65 bytes) in base64url' };
  }
  const isSecret = base64url.test(auth) && Buffer.from(auth, 'base64url').length === secretBytes;
  return isSecret ? null : { field: 'auth', message: 'auth must be 16 random bytes in base64url' };
}

function isPoint(text: string): boolean {
  const key = Buffer.from(text, 'base64url');
  if (!base64url.test(text) || key.length !== pointBytes || key[0] !== 4) return false;
  try {
    ECDH.convertKey(key, 'prime256v1');
    return true;
  } catch {
    return false;
  }
}
