import type { MobilePushContent } from '../../domain/content/campaign-content';
import type { MobilePushContentType } from './content.type';
import { toButtons, toButtonTypes, toTap, toTapType } from './map-onsite';
import type { MobilePushContentInput } from './push-content.inputs';
import { optional, storable } from './storable';

/** A push message to phones, in the domain's shape. */
export function toPush(input: MobilePushContentInput): MobilePushContent {
  const entries = (input.data ?? []).map(({ key, value }) => [storable(key), storable(value)]);
  return {
    title: storable(input.title),
    body: storable(input.body),
    url: optional(input.url),
    ...toTap(input),
    page: optional(input.page),
    imageUrl: optional(input.imageUrl),
    data: entries.length > 0 ? Object.fromEntries(entries) : undefined,
    subtitle: optional(input.subtitle),
    iconUrl: optional(input.iconUrl),
    buttons: toButtons(input.buttons),
    sound: optional(input.sound),
    badge: input.badge ?? undefined,
    category: optional(input.category),
    threadId: optional(input.threadId),
    androidChannelId: optional(input.androidChannelId),
    collapseKey: optional(input.collapseKey),
    ttlHours: input.ttlHours ?? undefined,
    isEncrypted: input.isEncrypted || undefined,
    coverTitle: optional(input.coverTitle),
    coverBody: optional(input.coverBody),
  };
}

/** A push message to phones as GraphQL shows it. */
export function toPushType(push: MobilePushContent): MobilePushContentType {
  return {
    title: push.title,
    body: push.body,
    url: push.url ?? null,
    ...toTapType(push),
    page: push.page ?? null,
    imageUrl: push.imageUrl ?? null,
    data: Object.entries(push.data ?? {}).map(([key, value]) => ({ key, value })),
    subtitle: push.subtitle ?? null,
    iconUrl: push.iconUrl ?? null,
    buttons: toButtonTypes(push.buttons),
    sound: push.sound ?? null,
    badge: push.badge ?? null,
    category: push.category ?? null,
    threadId: push.threadId ?? null,
    androidChannelId: push.androidChannelId ?? null,
    collapseKey: push.collapseKey ?? null,
    ttlHours: push.ttlHours ?? null,
    isEncrypted: push.isEncrypted ?? false,
    coverTitle: push.coverTitle ?? null,
    coverBody: push.coverBody ?? null,
  };
}
