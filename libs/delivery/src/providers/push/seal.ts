import type { EncryptionKeys, PushMessage, SendResult } from '../../contract';
import { dataOf } from './data';
import { encrypt, encryptedBytes } from './encrypt';

/**
 * The message as it may travel: one with a cover has all that is said in `data.encrypted`, in base64url, and names that
 * the phone itself needs beside it. Null when it cannot be encrypted.
 */
export function seal(message: PushMessage): PushMessage | null {
  const { cover, encryptionKeys } = message;
  if (!cover) return message;
  const sealed = encryptionKeys ? sealedFor(encryptionKeys, plainOf(message)) : null;
  return sealed === null ? null : closed(message, { cover, sealed });
}

/** A message of the size that the sealed one has, whoever it is for. */
export function sealedLike(message: PushMessage): PushMessage {
  const { cover } = message;
  if (!cover) return message;
  const sealed = '-'.repeat(Math.ceil((encryptedBytes(plainOf(message).length) * 4) / 3));
  return closed(message, { cover, sealed });
}

/** The answer for a message that cannot be encrypted: it is never sent as it is. */
export function notSealed(deliveryId: string): SendResult {
  const detail = 'The device has no keys that the message could be encrypted with';
  return { outcome: 'REJECTED', deliveryId, reason: 'NO_ENCRYPTION_KEYS', detail, isAddressDead: false };
}

/** What the app gets out of it; `data` as it is in a message that is not encrypted. */
function plainOf(message: PushMessage): Buffer {
  const { title, subtitle, body, imageUrl, platform, sound, androidChannelId } = message;
  const { deliveryId: _, ...data } = dataOf(message);
  // The app itself shows it on Android, so that it has to know how.
  const shown = platform === 'ANDROID' ? { sound, androidChannelId } : {};
  return Buffer.from(JSON.stringify({ title, subtitle, body, image: imageUrl, ...shown, data }));
}

function sealedFor({ p256dh, auth }: EncryptionKeys, plain: Buffer): string | null {
  try {
    const keys = { p256dh: Buffer.from(p256dh, 'base64url'), auth: Buffer.from(auth, 'base64url') };
    return encrypt(plain, keys).toString('base64url');
  } catch {
    return null;
  }
}

/** Nothing that is not named here travels. */
function closed(
  message: PushMessage,
  { cover, sealed }: { cover: NonNullable<PushMessage['cover']>; sealed: string },
): PushMessage {
  const { deliveryId, token, platform, apnsEnvironment, ttlSeconds, collapseKey } = message;
  const { sound, badge, category, threadId } = message;
  const ofApple = platform === 'IOS' ? { sound, badge, category, threadId } : {};
  return {
    ...{ deliveryId, token, platform, apnsEnvironment, ttlSeconds, collapseKey },
    ...ofApple,
    ...{ cover, title: cover.title, body: cover.body, data: { encrypted: sealed } },
  };
}
