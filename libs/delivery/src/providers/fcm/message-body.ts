import type { PushMessage } from '../../contract';
import { apsOf, expirationOf } from '../push/aps';
import { dataOf } from '../push/data';
import { given } from '../push/given';

/** A message as FCM HTTP v1 takes it. The delivery id travels in `data`, for the app and for opens. */
export function messageBody(message: PushMessage): string {
  const { token, platform } = message;
  return JSON.stringify({
    message: {
      token,
      ...shownOf(message),
      ...(platform === 'ANDROID' ? { android: androidOf(message) } : apnsOf(message)),
    },
  });
}

/**
 * What is shown and what is for the app. Android shows a notification without asking the app, so that one with a cover
 * is data alone: the app opens it, and shows the cover when it cannot.
 */
export function shownOf(message: PushMessage): { notification?: object; data: Record<string, string> } {
  const { title, body, imageUrl, cover, platform } = message;
  const data = dataOf(message);
  if (cover && platform === 'ANDROID') return { data: { ...data, title, body } };
  return { notification: { title, body, ...(imageUrl ? { image: imageUrl } : {}) }, data };
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
