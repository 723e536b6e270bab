import { type PushMessage, pushPayloadBytes } from '@libs/delivery';
import type { Assembled, RenderedFields } from './assemble-message';
import { buttons, clickOf } from './assemble-onsite';
import type { MobilePushContent } from './campaign-content';
import { messageLimits } from './message-limits';

/** A push message without its address. */
export type PushFields = Omit<PushMessage, 'deliveryId' | 'token' | 'platform' | 'encryptionKeys'>;

/** A push message for phones, whatever its size. */
export function pushMessage(content: MobilePushContent | undefined, fields: RenderedFields): PushFields {
  return {
    title: fields.get('title') ?? '',
    body: fields.get('body') ?? '',
    ...texts(fields),
    ...data(fields),
    ...buttons(content?.buttons, fields),
    ...(content ? platform(content) : {}),
    ...(content?.isEncrypted ? { cover: coverOf(fields) } : {}),
  };
}

/** Builds a push message for phones. */
export function assemblePush(content: MobilePushContent | undefined, fields: RenderedFields): Assembled {
  const message = pushMessage(content, fields);
  if (isSurelySmall(message)) return { message };
  const bytes = pushPayloadBytes(message);
  if (bytes <= messageLimits.pushBytes) return { message };
  return { tooLarge: `The push message has ${bytes} bytes; at most ${messageLimits.pushBytes} fit` };
}

/** Keys and ids add at most 300 bytes, and texts grow at most twofold where JSON stands in JSON. */
function isSurelySmall(message: PushFields): boolean {
  return !message.cover && Buffer.byteLength(JSON.stringify(message)) * 2 + 300 <= messageLimits.pushBytes;
}

function coverOf(fields: RenderedFields): PushFields['cover'] {
  return { title: fields.get('coverTitle') ?? '', body: fields.get('coverBody') ?? '' };
}

function texts(fields: RenderedFields): Partial<PushFields> {
  const given: Partial<PushFields> = {};
  for (const name of ['url', 'imageUrl', 'subtitle', 'iconUrl', 'page'] as const) {
    const text = fields.get(name);
    if (text) given[name] = text;
  }
  return given;
}

function data(fields: RenderedFields): Pick<PushFields, 'data'> {
  const entries = [...fields].flatMap(([name, text]) => (name.startsWith('data.') ? [[name.slice(5), text]] : []));
  return entries.length > 0 ? { data: Object.fromEntries(entries) } : {};
}

function platform({
  onClick,
  inAppEvent,
  sound,
  badge,
  category,
  threadId,
  androidChannelId,
  collapseKey,
  ttlHours,
}: MobilePushContent) {
  const given: Partial<PushFields> = clickOf({ onClick, inAppEvent });
  if (sound) given.sound = sound;
  if (badge !== undefined) given.badge = badge;
  if (category) given.category = category;
  if (threadId) given.threadId = threadId;
  if (androidChannelId) given.androidChannelId = androidChannelId;
  if (collapseKey) given.collapseKey = collapseKey;
  if (ttlHours) given.ttlSeconds = ttlHours * 3_600;
  return given;
}
