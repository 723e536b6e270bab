import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';

/** The keys of a browser's subscription or of an app's installation: a point on P-256 (65 bytes) and a secret (16 bytes). */
export interface SubscriptionKeys {
  p256dh: Buffer;
  auth: Buffer;
}

/** The most that fits into the 4,096 bytes which every push service takes (RFC 8030 §7.2): header, tag, delimiter off. */
export const mostPlaintextBytes = 3_993;

const curve = 'prime256v1';
const recordSize = 4_096;
const lastRecord = Buffer.of(2);

/** What is random in an encrypted message. */
export interface Randomness {
  salt: Buffer;
  /** Keys made for this message alone. */
  sender: ECDH;
}

/** Encrypts a message for one browser or app: RFC 8291 in the coding aes128gcm of RFC 8188, one record. @throws when p256dh is no point of the curve. */
export function encrypt(plaintext: Buffer, { p256dh, auth }: SubscriptionKeys, random = newRandomness()): Buffer {
  const { salt, sender } = random;
  const ownKey = sender.getPublicKey();
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, ownKey]);
  const keying = Buffer.from(hkdfSync('sha256', sender.computeSecret(p256dh), auth, info, 32));
  const derive = (name: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', keying, salt, `Content-Encoding: ${name}\0`, bytes));
  const cipher = createCipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
  const header = Buffer.alloc(5);
  header.writeUInt32BE(recordSize);
  header.writeUInt8(ownKey.length, 4);
  const body = [cipher.update(plaintext), cipher.update(lastRecord), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([salt, header, ownKey, ...body]);
}

/** Bytes of an encrypted message: with salt, record size, the sender's key of 65 bytes, the delimiter and the tag. */
export function encryptedBytes(plaintextBytes: number): number {
  return plaintextBytes + 16 + 5 + 65 + 1 + 16;
}

function newRandomness(): Randomness {
  const sender = createECDH(curve);
  sender.generateKeys();
  return { salt: randomBytes(16), sender };
}
