import type { PushMessage } from '../../contract';

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

/** What travels in `data`: extra values of the author and of the message itself. */
export function dataOf({
  url,
  onClick,
  page,
  inAppEvent,
  iconUrl,
  buttons,
  data,
  deliveryId,
}: PushMessage): Record<string, string> {
  return {
    ...data,
    ...(url ? { url } : {}),
    ...(onClick ? { onClick } : {}),
    ...(page ? { page } : {}),
    ...(inAppEvent ? { inAppEvent } : {}),
    ...(iconUrl ? { icon: iconUrl } : {}),
    ...(buttons?.length ? { buttons: JSON.stringify(buttons) } : {}),
    deliveryId,
  };
}

/** What is said to Android only. */
export function androidOf({ ttlSeconds, sound, androidChannelId, collapseKey }: PushMessage): Record<string, unknown> {
  const notification = given({ sound, channel_id: androidChannelId });
  const ttl = ttlSeconds === undefined ? undefined : `${ttlSeconds}s`;
  return { priority: 'HIGH', ...given({ ttl, collapse_key: collapseKey, notification }) };
}

/** What is said to APNs only; empty when nothing is. */
export function apnsOf(message: PushMessage): { apns?: Record<string, unknown> } {
  const { title, subtitle, body, sound, badge, category, imageUrl, ttlSeconds, collapseKey } = message;
  const expiration = ttlSeconds === undefined ? undefined : String(Math.floor(Date.now() / 1000) + ttlSeconds);
  const headers = given({ 'apns-expiration': expiration, 'apns-collapse-id': collapseKey });
  // A picture is loaded by the app's extension, which runs for mutable content only.
  const aps = given({
    alert: subtitle ? { title, subtitle, body } : undefined,
    sound,
    badge,
    category,
    'mutable-content': imageUrl ? 1 : undefined,
  });
  const apns = given({ headers, payload: aps && { aps } });
  return apns ? { apns } : {};
}

/** What is there of some values; undefined when nothing is. */
function given(values: Record<string, unknown>): Record<string, unknown> | undefined {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
