import type { ReceivedWebPush } from '../inbox/messages';

type Shown = Pick<ReceivedWebPush, 'deliveryId' | 'title' | 'body' | 'icon' | 'image' | 'url' | 'buttons' | 'tag'>;
type Json = Record<string, unknown>;

/** What a service worker would show: the arguments of `showNotification`; plain text is shown as it is. */
export function readNotification(text: string): Shown {
  const { title, options } = objectOf(parse(text));
  const { body, icon, image, actions, data, tag } = objectOf(options);
  const { deliveryId, url } = objectOf(data);
  const buttons = Array.isArray(actions) ? actions.map((action) => String(objectOf(action).title ?? '')) : [];
  return {
    deliveryId: textOf(deliveryId),
    title: textOf(title) ?? text.slice(0, 100),
    body: textOf(body) ?? '',
    icon: textOf(icon),
    image: textOf(image),
    url: textOf(url),
    buttons,
    tag: textOf(tag),
  };
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
