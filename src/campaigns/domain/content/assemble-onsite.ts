import type { InAppMessage, InboxMessage, MessageButton, WebPushMessage } from '@libs/delivery';
import type { Assembled, RenderedFields } from './assemble-message';
import type { CampaignContent } from './campaign-content';
import type { ClickAction } from './click-action';
import { messageLimits } from './message-limits';
import type { ButtonContent, InAppContent, InboxContent } from './onsite-content';

/** A push message for browsers without its address. */
export type WebPushFields = Omit<WebPushMessage, 'deliveryId' | 'endpoint' | 'p256dh' | 'auth'>;

/** A message of an inbox without its person. */
export type InboxFields = Omit<InboxMessage, 'deliveryId' | 'profileId'>;

/** A message inside apps and sites without its person. */
export type InAppFields = Omit<InAppMessage, 'deliveryId' | 'profileId'>;

/** A push message for browsers, whatever its size. The push service keeps it no longer than it is worth sending. */
export function webPushMessage(
  { webPush: content, expiresAfterMinutes }: CampaignContent,
  fields: RenderedFields,
): WebPushFields {
  return {
    ...texts(fields),
    ...buttons(content?.buttons, fields),
    ...(content?.requireInteraction ? { requireInteraction: true } : {}),
    ...(content?.collapseKey ? { collapseKey: content.collapseKey } : {}),
    ...ttl(expiresAfterMinutes, content?.ttlHours),
  };
}

/** Bytes of a push message for browsers, of which `webPushBytes` of the limits fit. */
export function webPushBytes(message: WebPushFields): number {
  return Buffer.byteLength(JSON.stringify(message));
}

/** Builds a push message for browsers. */
export function assembleWebPush(content: CampaignContent, fields: RenderedFields): Assembled {
  const message = webPushMessage(content, fields);
  const bytes = webPushBytes(message);
  if (bytes <= messageLimits.webPushBytes) return { message };
  return { tooLarge: `The web push message has ${bytes} bytes; at most ${messageLimits.webPushBytes} fit` };
}

/** Builds a message of an inbox. */
export function assembleInbox(content: InboxContent | undefined, fields: RenderedFields): Assembled {
  const { style = 'ALERT', lifetimeHours, backgroundColour, titleBackgroundColour } = content ?? {};
  const message: InboxFields = {
    style,
    ...texts(fields),
    ...clickOf(content ?? {}),
    ...(backgroundColour ? { backgroundColour } : {}),
    ...(titleBackgroundColour ? { titleBackgroundColour } : {}),
    ...lifetime(lifetimeHours),
  };
  return { message };
}

/** Builds a message inside apps and sites. */
export function assembleInApp(content: InAppContent | undefined, fields: RenderedFields): Assembled {
  const { style = 'MODAL', trigger, displayLimit, pauseMinutes, lifetimeHours } = content ?? {};
  const html = fields.get('html');
  const message: InAppFields = {
    style,
    ...texts(fields),
    ...(html ? { html } : {}),
    ...buttons(content?.buttons, fields),
    ...clickOf(content ?? {}),
    ...lookOf(content),
    trigger: trigger ?? { kind: 'SESSION_START' },
    ...(displayLimit ? { displayLimit } : {}),
    ...(pauseMinutes ? { pauseSeconds: pauseMinutes * 60 } : {}),
    ...lifetime(lifetimeHours),
  };
  const bytes = Buffer.byteLength(html ?? '');
  if (bytes <= messageLimits.inAppHtmlBytes) return { message };
  return { tooLarge: `The HTML has ${bytes} bytes; at most ${messageLimits.inAppHtmlBytes} are kept` };
}

/** The longest that a browser may be away: what is not worth sending any more is not worth delivering either. */
function ttl(expiresAfterMinutes: number | undefined, ttlHours: number | undefined): { ttlSeconds?: number } {
  const bounds = [expiresAfterMinutes && expiresAfterMinutes * 60, ttlHours && ttlHours * 3_600].filter(
    (each) => !!each,
  );
  return bounds.length > 0 ? { ttlSeconds: Math.min(...(bounds as number[])) } : {};
}

/** What a tap does beside opening an address. */
export function clickOf({ onClick, inAppEvent }: { onClick?: ClickAction; inAppEvent?: string }): {
  onClick?: ClickAction;
  inAppEvent?: string;
} {
  return { ...(onClick ? { onClick } : {}), ...(inAppEvent ? { inAppEvent } : {}) };
}

function lookOf(content: InAppContent | undefined): Partial<InAppFields> {
  if (!content) return {};
  const { backgroundImageUrl, backgroundColour, orientation, position, placement } = content;
  const { hasCloseButton, closesAfterSeconds } = content;
  const look = {
    backgroundImageUrl,
    backgroundColour,
    orientation,
    position,
    placement,
    hasCloseButton,
    closesAfterSeconds,
  };
  return Object.fromEntries(Object.entries(look).filter(([, value]) => value !== undefined));
}

interface Texts {
  title: string;
  body: string;
  iconUrl?: string;
  imageUrl?: string;
  url?: string;
}

function texts(fields: RenderedFields): Texts {
  const given: Texts = { title: fields.get('title') ?? '', body: fields.get('body') ?? '' };
  for (const name of ['iconUrl', 'imageUrl', 'url'] as const) {
    const text = fields.get(name);
    if (text) given[name] = text;
  }
  return given;
}

function lifetime(hours: number | undefined): { ttlSeconds?: number } {
  return hours ? { ttlSeconds: hours * 3_600 } : {};
}

/** Rendered buttons. */
export function buttons(given: ButtonContent[] | undefined, fields: RenderedFields): { buttons?: MessageButton[] } {
  if (!given?.length) return {};
  return {
    buttons: given.map(({ id, ...click }, index): MessageButton => {
      const url = fields.get(`buttons.${index}.url`);
      return { id, label: fields.get(`buttons.${index}.label`) ?? '', ...(url ? { url } : {}), ...clickOf(click) };
    }),
  };
}
