/** A button as its author wrote it; label and address may hold placeholders. */
export interface ButtonContent {
  /** What the app reports when it is pressed. */
  id: string;
  label: string;
  url?: string;
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
}

/** How an inbox shows a message: ALERT is a simple line, CARD one with a large picture. */
export const inboxStyles = ['ALERT', 'CARD'] as const;

/** A message for inboxes as its author wrote it. */
export interface InboxContent {
  style: (typeof inboxStyles)[number];
  title: string;
  body: string;
  iconUrl?: string;
  imageUrl?: string;
  url?: string;
  /** Leaves the inbox after so long; after the account's own limit when absent. */
  lifetimeHours?: number;
}

/** How an app or a site shows a message. */
export const inAppStyles = ['BANNER', 'MODAL', 'FULL_SCREEN', 'HTML'] as const;

/** When it comes up. */
export const showTriggers = ['SESSION_START', 'SDK_EVENT', 'SERVER_EVENT'] as const;

/** A message that apps and sites show, as its author wrote it. */
export interface InAppContent {
  style: (typeof inAppStyles)[number];
  title: string;
  body: string;
  /** The whole message when the style is HTML. */
  html?: string;
  imageUrl?: string;
  url?: string;
  buttons?: ButtonContent[];
  trigger: { kind: (typeof showTriggers)[number]; event?: string };
  /** How often it comes up; once when absent. */
  displayLimit?: number;
  /** At least so long between two times. */
  pauseMinutes?: number;
  /** Not shown any more after so long; the account's own limit when absent. */
  lifetimeHours?: number;
}
