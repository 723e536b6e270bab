/** What the far ends receive, as named in control paths. */
export const farMedia = ['mobilePush', 'apns', 'webPush', 'email', 'sms'] as const;

/** One of the far ends: FCM, APNs, the push service of browsers, SMTP or SMSC. */
export type FarMedium = (typeof farMedia)[number];

/** Says whether a path segment names a far end. */
export function isFarMedium(value: string): value is FarMedium {
  return (farMedia as readonly string[]).includes(value);
}

interface Received {
  /** ISO time of arrival. */
  at: string;
  /** What the far end answered as the id of the message. */
  messageId: string;
  /** The sender's own id of the delivery, where the protocol carries one. */
  deliveryId: string | null;
}

/** A notification as a phone would show it. */
export interface ReceivedPush extends Received {
  token: string;
  title: string;
  body: string;
  image: string | null;
  /** The data members next to the notification, the delivery id left out. */
  data: Record<string, string>;
}

/** A notification as an iPhone would show it, and how it was sent. */
export interface ReceivedApns extends ReceivedPush {
  subtitle: string | null;
  badge: number | null;
  /** The members of `aps` as they came. */
  aps: Record<string, unknown>;
  environment: 'PRODUCTION' | 'SANDBOX';
  priority: number;
  collapseId: string | null;
  /** Seconds since 1970. */
  expiration: number | null;
}

/** A notification as a browser would show it. */
export interface ReceivedWebPush extends Received {
  endpoint: string;
  title: string;
  body: string;
  icon: string | null;
  image: string | null;
  url: string | null;
  buttons: string[];
  /** Under which the browser shows it: one notification takes the place of another with the same. */
  tag: string | null;
  ttlSeconds: number;
  /** Under which the push service keeps only the newest; null without one. */
  topic: string | null;
}

/** An e-mail as a mail reader would show it. */
export interface ReceivedEmail extends Received {
  from: string;
  to: string;
  subject: string;
  text: string;
  /** The HTML as it was sent, so that its links can be followed. */
  html: string | null;
  listUnsubscribe: string | null;
}

/** A text message as a phone would show it, its parts joined. */
export interface ReceivedSms extends Received {
  from: string;
  to: string;
  text: string;
  parts: number;
  encoding: 'GSM-7' | 'UCS-2' | 'Latin-1';
}

/** The message of each medium. */
export interface MessageOf {
  mobilePush: ReceivedPush;
  apns: ReceivedApns;
  webPush: ReceivedWebPush;
  email: ReceivedEmail;
  sms: ReceivedSms;
}
