import type { PushMessage } from '../../contract';
import { dataOf } from '../push/data';
import { androidOf, apnsOf } from './message-body';

/** A delivery id of the greatest length. */
const longestId = '-'.repeat(113);

/**
 * Bytes of a push message as FCM gives it to Android and as it reaches APNs, the larger of both. FCM API and APNs take 4,096
 * each; about 250 of them go to keys that FCM adds by itself.
 */
export function pushPayloadBytes(fields: Omit<PushMessage, 'deliveryId' | 'token' | 'platform'>): number {
  const message: PushMessage = { ...fields, deliveryId: longestId, token: '', platform: 'ANDROID' };
  const { title, body, imageUrl } = message;
  const data = dataOf(message);
  const image = imageUrl ? { image: imageUrl } : {};
  const android = { notification: { title, body, ...image }, data, android: androidOf(message) };
  const own = Object(apnsOf(message).apns?.payload).aps as Record<string, unknown> | undefined;
  const apns = { aps: { alert: { title, body }, ...own }, ...data, fcm_options: image };
  return Math.max(bytesOf(android), bytesOf(apns));
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value));
}
