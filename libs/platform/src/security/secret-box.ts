import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '@libs/foundation';

/** A stored secret cannot be opened: its key is missing or the text was changed. */
export class SecretUnreadableError extends AppError {
  readonly code = 'SECRET_UNREADABLE';
  readonly retryable = false;
}

/**
 * Encrypts small secrets at rest: AES-256-GCM with a data key per secret, wrapped by a named master key
 * (envelope), so that master keys can be rotated. The text form is `v1.<keyId>.<wrapped key>.<payload>`.
 */
export class SecretBox {
  private readonly keys = new Map<string, Buffer>();
  /** The key that seals. */
  readonly activeKeyId: string;

  /** @param keys comma list of `keyId:base64` of 32 bytes; the first encrypts, all decrypt. */
  constructor(keys: string) {
    for (const entry of keys.split(',')) {
      const [keyId = '', key = ''] = entry.split(':');
      this.keys.set(keyId, Buffer.from(key, 'base64'));
    }
    this.activeKeyId = keys.split(':')[0] ?? '';
  }

  /** Encrypts a text, bound to `context` (such as a row id): it opens only with the same context. */
  seal(plain: string, context: string): string {
    const dataKey = randomBytes(32);
    const wrapped = encrypt(this.masterKey(this.activeKeyId), dataKey, this.activeKeyId);
    return ['v1', this.activeKeyId, wrapped, encrypt(dataKey, Buffer.from(plain, 'utf8'), context)].join('.');
  }

  /** @throws {SecretUnreadableError} when the key is unknown, the text was changed or the context differs. */
  open(sealed: string, context: string): string {
    const [version, keyId = '', wrapped = '', payload = ''] = sealed.split('.');
    if (version !== 'v1') throw new SecretUnreadableError('A stored secret has an unknown format');
    const dataKey = decrypt(this.masterKey(keyId), wrapped, keyId);
    return decrypt(dataKey, payload, context).toString('utf8');
  }

  /** A key of 32 bytes for another purpose of each master key, that of the active one first. */
  derivedKeys(purpose: string): Buffer[] {
    const ids = [this.activeKeyId, ...[...this.keys.keys()].filter((id) => id !== this.activeKeyId)];
    return ids.map((id) => Buffer.from(hkdfSync('sha256', this.masterKey(id), '', purpose, 32)));
  }

  private masterKey(keyId: string): Buffer {
    const key = this.keys.get(keyId);
    if (!key) throw new SecretUnreadableError(`ENCRYPTION_KEYS has no key "${keyId}"; add it back to read old secrets`);
    return key;
  }
}

function encrypt(key: Buffer, plain: Buffer, context: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context, 'utf8'));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
}

function decrypt(key: Buffer, text: string, context: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(context, 'utf8'));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  } catch (cause) {
    throw new SecretUnreadableError('A stored secret could not be decrypted', { cause });
  }
}
