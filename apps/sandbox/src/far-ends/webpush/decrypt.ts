import { createDecipheriv, hkdfSync } from 'node:crypto';
import type { Browser } from './subscriptions';

const saltBytes = 16;
const keyAt = saltBytes + 5;
const tagBytes = 16;

/** Opens a message the way a browser does (RFC 8291, one record). Null when it was not made for this browser. */
export function decrypt(message: Buffer, { pair, auth }: Browser): string | null {
  try {
    return open(message, { pair, auth });
  } catch {
    return null;
  }
}

function open(message: Buffer, { pair, auth }: Pick<Browser, 'pair' | 'auth'>): string | null {
  const keyLength = message.readUInt8(keyAt - 1);
  const senderKey = message.subarray(keyAt, keyAt + keyLength);
  const sealed = message.subarray(keyAt + keyLength);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), pair.getPublicKey(), senderKey]);
  const keying = Buffer.from(hkdfSync('sha256', pair.computeSecret(senderKey), auth, info, 32));
  const salt = message.subarray(0, saltBytes);
  const derive = (name: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', keying, salt, `Content-Encoding: ${name}\0`, bytes));
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
  const end = padded.lastIndexOf(2);
  return end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0) ? null : padded.subarray(0, end).toString();
}
