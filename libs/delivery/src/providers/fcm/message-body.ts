import type { PushMessage } from '../../contract';
import { apsOf, expirationOf } from '../push/aps';
import { dataOf } from '../push/data';
import { given } from '../push/given';

/** A message as FCM HTTP v1 takes it. The delivery id travels in `data`, for the app and for opens. */
export function messageBody(message: PushMessage): string {
  const { token, platform, title, body, imageUrl } = message;
  return JSON.stringify({
    message: {
      token,
      notification: { title, body, ...(imageUrl ? { image: imageUrl } : {}) },
      data: dataOf(message),
      ...(platform === 'ANDROID' ? { android: androidOf(message) } : apnsOf(message)),
    },
  });
}

/** What is said to Android only. */
export function androidOf({ ttlSeconds, sound, androidChannelId, collapseKey }: PushMessage): Record<string, unknown> {
  const notification = given({ sound, channel_id: androidChannelId });
  const ttl = ttlSeconds === undefined ? undefined : `${ttlSeconds}s`;
  return { priority: 'HIGH', ...given({ ttl, collapse_key: collapseKey, notification }) };
}

/** What is said to APNs only; empty when nothing is. */
export function apnsOf(message: PushMessage): { apns?: Record<string, unknown> } {
  const { title, subtitle, body, collapseKey } = message;
  const headers = given({ 'apns-expiration': expirationOf(message), 'apns-collapse-id': collapseKey });
  const aps = given({ alert: subtitle ? { title, subtitle, body } : undefined, ...apsOf(message) });
  const apns = given({ headers, payload: aps && { aps } });
  return apns ? { apns } : {};
}
