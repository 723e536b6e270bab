import type { FastifyRequest } from 'fastify';
import { keyHash } from './engagement';
import { StorageRefusal } from './google-error';

const prefix = 'x-goog-encryption-';

/**
 * Whether a read came with the right key of the customer; false when it came with none.
 * @throws {StorageRefusal} as Google refuses a broken or wrong one.
 */
export function hasKey({ headers }: FastifyRequest, rightKey: string): boolean {
  const [algorithm, key, hash] = ['algorithm', 'key', 'key-sha256'].map((name) => headers[prefix + name]);
  if (algorithm === undefined && key === undefined && hash === undefined) return false;
  if (algorithm !== 'AES256') {
    throw new StorageRefusal(400, 'customerEncryptionAlgorithmIsInvalid', 'The encryption algorithm is not supported.');
  }
  if (typeof key !== 'string' || Buffer.from(key, 'base64').length !== 32) {
    throw new StorageRefusal(400, 'customerEncryptionKeyFormatIsInvalid', 'The encryption key has an invalid format.');
  }
  if (hash !== keyHash(key)) {
    throw new StorageRefusal(
      400,
      'customerEncryptionKeySha256IsInvalid',
      'The SHA256 hash of the encryption key is invalid.',
    );
  }
  if (key === rightKey) return true;
  throw new StorageRefusal(400, 'customerEncryptionKeyIsIncorrect', 'The provided encryption key is incorrect.');
}

/** What Google says to a read of an encrypted object without a key. */
export function keyMissing(): StorageRefusal {
  return new StorageRefusal(
    400,
    'resourceIsEncryptedWithCustomerEncryptionKey',
    'The target object is encrypted by a customer-supplied encryption key.',
  );
}
