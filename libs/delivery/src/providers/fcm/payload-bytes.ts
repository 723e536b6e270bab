import type { PushMessage } from '../../contract';
import { dataOf } from '../push/data';
import { sealedLike } from '../push/seal';
import { androidOf, apnsOf, shownOf } from './message-body';

/** A delivery id of the greatest length. */
const longestId = '-'.repeat(113);

/**
 * Bytes of a push message as FCM gives it to Android and as it reaches APNs, the larger of both; of an encrypted one with
 * what the encryption adds. FCM API and APNs take 4,096 each; about 250 of them go to keys that FCM adds by itself.
 */
export function pushPayloadBytes(fields: Omit<PushMessage, 'deliveryId' | 'token' | 'platform'>): number {
  const as = (platform: PushMessage['platform']): PushMessage =>
    sealedLike({ ...fields, deliveryId: longestId, token: '', platform });
  const [android, ios] = [as('ANDROID'), as('IOS')];
  const { title, body, imageUrl } = ios;
  const own = Object(apnsOf(ios).apns?.payload).aps as Record<string, unknown> | undefined;
  const image = imageUrl ? { image: imageUrl } : {};
  const apns = { aps: { alert: { title, body }, ...own }, ...dataOf(ios), fcm_options: image };
  return Math.max(bytesOf({ ...shownOf(android), android: androidOf(android) }), bytesOf(apns));
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
