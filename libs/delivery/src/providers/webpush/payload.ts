import type { WebPushMessage } from '../../contract';

/** What the service worker of a site is given to show, in the words of the Notifications API. */
export function payloadOf(message: WebPushMessage): Buffer {
  const { deliveryId, title, body, iconUrl, imageUrl, url, buttons, requireInteraction, collapseKey } = message;
  const actions = buttons?.map(({ id, label }) => ({ action: id, title: label }));
  const targets = buttons?.filter((button) => button.url).map((button) => [button.id, button.url]);
  return Buffer.from(
    JSON.stringify({
      title,
      options: {
        body,
        tag: collapseKey ?? deliveryId,
        ...(collapseKey ? { renotify: true } : {}),
        ...(iconUrl ? { icon: iconUrl } : {}),
        ...(imageUrl ? { image: imageUrl } : {}),
        ...(actions?.length ? { actions } : {}),
        ...(requireInteraction ? { requireInteraction } : {}),
        data: {
          deliveryId,
          ...(url ? { url } : {}),
          ...(targets?.length ? { urls: Object.fromEntries(targets) } : {}),
        },
      },
    }),
  );
}
