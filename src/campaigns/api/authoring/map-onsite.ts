import type { InAppFields, InboxFields, WebPushFields } from '../../domain/content/assemble-onsite';
import type { ButtonContent, InAppContent, InboxContent, WebPushContent } from '../../domain/content/onsite-content';
import type {
  InAppContentInput,
  InboxContentInput,
  MessageButtonInput,
  WebPushContentInput,
} from './onsite-content.inputs';
import type {
  InAppContentType,
  InboxContentType,
  MessageButtonType,
  OnsitePreviewType,
  WebPushContentType,
} from './onsite-content.type';
import { optional, storable } from './storable';

/** A push message to browsers, in the domain's shape. */
export function toWebPush(input: WebPushContentInput): WebPushContent {
  const { iconUrl, buttons, requireInteraction } = input;
  const flag = requireInteraction ? true : undefined;
  return { ...toShown(input), iconUrl: optional(iconUrl), buttons: toButtons(buttons), requireInteraction: flag };
}

/** A message for inboxes, in the domain's shape. */
export function toInbox(input: InboxContentInput): InboxContent {
  const { style, iconUrl, lifetimeHours } = input;
  return { style, ...toShown(input), iconUrl: optional(iconUrl), lifetimeHours: lifetimeHours ?? undefined };
}

/** A message for apps and sites, in the domain's shape. */
export function toInApp(input: InAppContentInput): InAppContent {
  const { style, html, buttons, trigger, displayLimit, pauseMinutes, lifetimeHours } = input;
  return {
    style,
    ...toShown(input),
    html: optional(html),
    buttons: toButtons(buttons),
    trigger: { kind: trigger?.kind ?? 'SESSION_START', event: optional(trigger?.event) },
    displayLimit,
    pauseMinutes: pauseMinutes ?? undefined,
    lifetimeHours: lifetimeHours ?? undefined,
  };
}

/** A push message to browsers as GraphQL shows it. */
export function toWebPushType(content: WebPushContent): WebPushContentType {
  const { iconUrl, buttons, requireInteraction } = content;
  const shown = { ...toShownType(content), iconUrl: iconUrl ?? null };
  return { ...shown, buttons: toButtonTypes(buttons), requireInteraction: requireInteraction ?? false };
}

/** A message for inboxes as GraphQL shows it. */
export function toInboxType(content: InboxContent): InboxContentType {
  const { style, iconUrl, lifetimeHours } = content;
  return { style, ...toShownType(content), iconUrl: iconUrl ?? null, lifetimeHours: lifetimeHours ?? null };
}

/** A message for apps and sites as GraphQL shows it. */
export function toInAppType(content: InAppContent): InAppContentType {
  const { style, html, buttons, trigger, displayLimit, pauseMinutes, lifetimeHours } = content;
  return {
    style,
    ...toShownType(content),
    html: html ?? null,
    buttons: toButtonTypes(buttons),
    trigger: { kind: trigger.kind, event: trigger.event ?? null },
    displayLimit: displayLimit ?? 1,
    pauseMinutes: pauseMinutes ?? null,
    lifetimeHours: lifetimeHours ?? null,
  };
}

/** A rendered message as GraphQL shows it. */
export function toOnsitePreview(message: WebPushFields | InboxFields | InAppFields): OnsitePreviewType {
  return {
    ...toShownType(message),
    iconUrl: 'iconUrl' in message ? (message.iconUrl ?? null) : null,
    html: 'html' in message ? (message.html ?? null) : null,
    buttons: 'buttons' in message ? toButtonTypes(message.buttons) : [],
  };
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
  return buttons.map(({ id, label, url }) => ({ id: storable(id), label: storable(label), url: optional(url) }));
}

/** Buttons as GraphQL shows them. */
export function toButtonTypes(buttons: ButtonContent[] | undefined): MessageButtonType[] {
  return (buttons ?? []).map(({ id, label, url }) => ({ id, label, url: url ?? null }));
}
