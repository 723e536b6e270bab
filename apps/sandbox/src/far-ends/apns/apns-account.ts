import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** A developer account at Apple made for this run: what its sender types, and the public half of its key. */
export interface ApnsAccount {
  /** The text of a .p8 file. */
  privateKey: string;
  keyId: string;
  teamId: string;
  /** Bundle ID of its one app. */
  topic: string;
  publicKey: KeyObject;
}

/** Makes the key that Apple offers for download once. */
export async function createApnsAccount(): Promise<ApnsAccount> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'prime256v1' });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    keyId: 'FAREND0KEY',
    teamId: 'FAREND00TM',
    topic: 'com.example.far-end',
    publicKey,
  };
}
