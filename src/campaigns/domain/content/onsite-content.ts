import type { ClickContent } from './click-action';

/** A button as its author wrote it; label and address may hold placeholders. */
export interface ButtonContent extends Omit<ClickContent, 'page'> {
  /** What the app reports when it is pressed. */
  id: string;
  label: string;
}

/** A push message to browsers as its author wrote it. */
export interface WebPushContent {
  title: string;
  body: string;
  iconUrl?: string;
  imageUrl?: string;
  /** Opened when the message is clicked. */
  url?: string;
  /** Browsers show at most two. */
  buttons?: ButtonContent[];
  /** Stays on the screen until somebody closes it. */
  requireInteraction?: boolean;
  /** A browser that was away gets only the newest message with the same key, which also takes the place of an older one on its screen. */
  collapseKey?: string;
  /** Given up when the browser was away for so long. */
  ttlHours?: number;
}

/** How an inbox shows a message: ALERT is a simple line, CARD one with a large picture. */
export const inboxStyles = ['ALERT', 'CARD'] as const;

/** A message for inboxes as its author wrote it. */
export interface InboxContent extends Omit<ClickContent, 'page'> {
  style: (typeof inboxStyles)[number];
  title: string;
  body: string;
  iconUrl?: string;
  imageUrl?: string;
  /** Behind the text and behind the title, as `#rrggbb`; of a CARD. */
  backgroundColour?: string;
  titleBackgroundColour?: string;
  /** Leaves the inbox after so long; after the account's own limit when absent. */
  lifetimeHours?: number;
}

/** How an app or a site shows a message: over what is there, inside it at a placement (INLINE), or as the browser does. */
export const inAppStyles = ['BANNER', 'MODAL', 'FULL_SCREEN', 'HTML', 'INLINE', 'WEB_ALERT'] as const;

/** Which way round a screen is held for a message. */
export const orientations = ['PORTRAIT', 'LANDSCAPE', 'RESPONSIVE'] as const;

/** Where a banner is. */
export const bannerPositions = ['TOP', 'BOTTOM'] as const;

/** When it comes up. */
export const showTriggers = ['SESSION_START', 'SDK_EVENT', 'SERVER_EVENT'] as const;

/** A message that apps and sites show, as its author wrote it. */
export interface InAppContent extends Omit<ClickContent, 'page'> {
  style: (typeof inAppStyles)[number];
  title: string;
  body: string;
  /** The whole message when the style is HTML. */
  html?: string;
  imageUrl?: string;
  /** Behind everything; literal, without placeholders. */
  backgroundImageUrl?: string;
  /** `#rrggbb`. */
  backgroundColour?: string;
  /** RESPONSIVE when absent. */
  orientation?: (typeof orientations)[number];
  /** Of a BANNER; TOP when absent. */
  position?: (typeof bannerPositions)[number];
  /** Of INLINE: the place in the app or on the site, by the name that it has there. */
  placement?: string;
  /** False: only a button or a tap closes it. */
  hasCloseButton?: boolean;
  /** Closes by itself after so long. */
  closesAfterSeconds?: number;
  buttons?: ButtonContent[];
  trigger: { kind: (typeof showTriggers)[number]; event?: string };
  /** How often it comes up; once when absent. */
  displayLimit?: number;
  /** At least so long between two times. */
  pauseMinutes?: number;
  /** Not shown any more after so long; the account's own limit when absent. */
  lifetimeHours?: number;
}
