import {
  type InAppFields,
  type InboxFields,
  type WebPushFields,
  webPushBytes,
} from '../../domain/content/assemble-onsite';
import type { ClickContent } from '../../domain/content/click-action';
import type { ButtonContent, InAppContent, InboxContent, WebPushContent } from '../../domain/content/onsite-content';
import type {
  InAppContentInput,
  InboxContentInput,
  MessageButtonInput,
  TapInput,
  WebPushContentInput,
} from './onsite-content.inputs';
import type {
  InAppContentType,
  InboxContentType,
  MessageButtonType,
  TapType,
  WebPushContentType,
} from './onsite-content.type';
import type { InAppPreviewType, InboxPreviewType, WebPushPreviewType } from './preview.type';
import { optional, storable } from './storable';

/** A push message to browsers, in the domain's shape. */
export function toWebPush(input: WebPushContentInput): WebPushContent {
  const { iconUrl, buttons, requireInteraction, collapseKey, ttlHours } = input;
  return {
    ...toShown(input),
    iconUrl: optional(iconUrl),
    buttons: toButtons(buttons),
    requireInteraction: requireInteraction ? true : undefined,
    collapseKey: optional(collapseKey?.trim()),
    ttlHours: ttlHours ?? undefined,
  };
}

/** A message for inboxes, in the domain's shape. */
export function toInbox(input: InboxContentInput): InboxContent {
  const { style, iconUrl, lifetimeHours } = input;
  return {
    style,
    ...toShown(input),
    ...toTap(input),
    iconUrl: optional(iconUrl),
    backgroundColour: optional(input.backgroundColour?.trim()),
    titleBackgroundColour: optional(input.titleBackgroundColour?.trim()),
    lifetimeHours: lifetimeHours ?? undefined,
  };
}

/** A message for apps and sites, in the domain's shape. */
export function toInApp(input: InAppContentInput): InAppContent {
  const { style, html, buttons, trigger, displayLimit, pauseMinutes, lifetimeHours } = input;
  return {
    style,
    ...toShown(input),
    ...toTap(input),
    html: optional(html),
    backgroundImageUrl: optional(input.backgroundImageUrl),
    backgroundColour: optional(input.backgroundColour?.trim()),
    orientation: input.orientation ?? undefined,
    position: input.position ?? undefined,
    placement: optional(input.placement?.trim()),
    hasCloseButton: input.hasCloseButton ? undefined : false,
    closesAfterSeconds: input.closesAfterSeconds ?? undefined,
    buttons: toButtons(buttons),
    trigger: { kind: trigger?.kind ?? 'SESSION_START', event: optional(trigger?.event) },
    displayLimit,
    pauseMinutes: pauseMinutes ?? undefined,
    lifetimeHours: lifetimeHours ?? undefined,
  };
}

/** A push message to browsers as GraphQL shows it. */
export function toWebPushType(content: WebPushContent): WebPushContentType {
  const { ttlHours = null } = content;
  return { ...toBrowserType(content), ttlHours };
}

/** A message for inboxes as GraphQL shows it. */
export function toInboxType(content: InboxContent): InboxContentType {
  const { style, iconUrl = null, lifetimeHours = null } = content;
  const { backgroundColour = null, titleBackgroundColour = null } = content;
  const shown = { ...toShownType(content), ...toTapType(content), iconUrl, lifetimeHours };
  return { style, ...shown, backgroundColour, titleBackgroundColour };
}

/** A message for apps and sites as GraphQL shows it. */
export function toInAppType(content: InAppContent): InAppContentType {
  const { style, html, buttons, trigger, displayLimit, pauseMinutes, lifetimeHours } = content;
  return {
    style,
    ...toShownType(content),
    ...toTapType(content),
    html: html ?? null,
    backgroundImageUrl: content.backgroundImageUrl ?? null,
    backgroundColour: content.backgroundColour ?? null,
    orientation: content.orientation ?? null,
    position: content.position ?? null,
    placement: content.placement ?? null,
    hasCloseButton: content.hasCloseButton ?? true,
    closesAfterSeconds: content.closesAfterSeconds ?? null,
    buttons: toButtonTypes(buttons),
    trigger: { kind: trigger.kind, event: trigger.event ?? null },
    displayLimit: displayLimit ?? 1,
    pauseMinutes: pauseMinutes ?? null,
    lifetimeHours: lifetimeHours ?? null,
  };
}

/** A rendered push message to browsers as GraphQL shows it. */
export function toWebPushPreview(message: WebPushFields): WebPushPreviewType {
  return { ...toBrowserType(message), ttlSeconds: message.ttlSeconds ?? null, payloadBytes: webPushBytes(message) };
}

/** A rendered message for inboxes as GraphQL shows it. */
export function toInboxPreview({ ttlSeconds, ...message }: InboxFields): InboxPreviewType {
  return toInboxType({ ...message, lifetimeHours: ttlSeconds && ttlSeconds / 3_600 });
}

/** A rendered message for apps and sites as GraphQL shows it. */
export function toInAppPreview({ ttlSeconds, pauseSeconds, ...message }: InAppFields): InAppPreviewType {
  const times = { lifetimeHours: ttlSeconds && ttlSeconds / 3_600, pauseMinutes: pauseSeconds && pauseSeconds / 60 };
  return toInAppType({ ...message, ...times });
}

function toBrowserType(message: WebPushContent | WebPushFields): Omit<WebPushContentType, 'ttlHours'> {
  const { iconUrl = null, buttons, requireInteraction = false, collapseKey = null } = message;
  return { ...toShownType(message), iconUrl, buttons: toButtonTypes(buttons), requireInteraction, collapseKey };
}

interface Shown<Absent> {
  title: string;
  body: string;
  imageUrl: string | Absent;
  url: string | Absent;
}

type Given = Pick<WebPushContentInput, 'title' | 'body' | 'imageUrl' | 'url'>;

function toShown({ title, body, imageUrl, url }: Given): Shown<undefined> {
  return { title: storable(title), body: storable(body), imageUrl: optional(imageUrl), url: optional(url) };
}

function toShownType({ title, body, imageUrl, url }: Given): Shown<null> {
  return { title, body, imageUrl: imageUrl ?? null, url: url ?? null };
}

/** Buttons, in the domain's shape. */
export function toButtons(buttons: MessageButtonInput[] | null | undefined): ButtonContent[] | undefined {
  if (!buttons?.length) return undefined;
  return buttons.map((button) => {
    const { id, label, url } = button;
    return { id: storable(id), label: storable(label), url: optional(url), ...toTap(button) };
  });
}

/** Buttons as GraphQL shows them. */
export function toButtonTypes(buttons: ButtonContent[] | undefined): MessageButtonType[] {
  return (buttons ?? []).map((button) => {
    const { id, label, url = null } = button;
    return { id, label, url, ...toTapType(button) };
  });
}

/** What a tap does, in the domain's shape. */
export function toTap({ onClick, inAppEvent }: TapInput): Pick<ClickContent, 'onClick' | 'inAppEvent'> {
  return { onClick: onClick ?? undefined, inAppEvent: optional(inAppEvent?.trim()) };
}

/** What a tap does, as GraphQL shows it. */
export function toTapType({ onClick, inAppEvent }: ClickContent): TapType {
  return { onClick: onClick ?? null, inAppEvent: inAppEvent ?? null };
}
