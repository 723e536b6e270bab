import type { PushMessage } from '../../contract';

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
