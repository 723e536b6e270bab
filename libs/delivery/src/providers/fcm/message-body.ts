import type { PushMessage } from '../../contract';

/** A message as FCM HTTP v1 takes it. The delivery id travels in `data`, for the app and for opens. */
export function messageBody(message: PushMessage): string {
  const { deliveryId, token, platform, title, body, url, imageUrl, data, ttlSeconds } = message;
  return JSON.stringify({
    message: {
      token,
      notification: { title, body, ...(imageUrl ? { image: imageUrl } : {}) },
      data: { ...data, ...(url ? { url } : {}), deliveryId },
      ...(platform === 'ANDROID' ? { android: { priority: 'HIGH', ...androidTtl(ttlSeconds) } } : {}),
      ...(platform === 'IOS' && ttlSeconds !== undefined ? { apns: { headers: apnsExpiry(ttlSeconds) } } : {}),
    },
  });
}

function androidTtl(ttlSeconds: number | undefined): { ttl?: string } {
  return ttlSeconds === undefined ? {} : { ttl: `${ttlSeconds}s` };
}

function apnsExpiry(ttlSeconds: number): Record<string, string> {
  return { 'apns-expiration': String(Math.floor(Date.now() / 1000) + ttlSeconds) };
}
