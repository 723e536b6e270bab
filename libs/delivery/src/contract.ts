import type { LookupFunction } from 'node:net';
import type { BounceCategory } from './bounce';
import type { SmsKeyword } from './sms-keywords';

/** The ways to reach a person. */
export type Medium = 'MOBILE_PUSH' | 'WEB_PUSH' | 'SMS' | 'EMAIL' | 'INBOX' | 'IN_APP';

/**
 * What a tap does in an app; absent: it opens the `url` where there is one. URL: in the browser. WEB_VIEW: inside the app.
 * DEEPLINK: a place in the app. PAGE: shows the `page`. IN_APP: the app raises `inAppEvent`, for which messages may wait.
 */
export interface TapAction {
  onClick?: 'URL' | 'WEB_VIEW' | 'DEEPLINK' | 'PAGE' | 'IN_APP';
  inAppEvent?: string;
}

/** The services that give apps their push tokens. */
export const pushServices = ['FCM', 'APNS'] as const;

/** One of {@link pushServices}. */
export type PushService = (typeof pushServices)[number];

/** Apple's two worlds: apps from the store and TestFlight, and apps that a developer installed. */
export const apnsEnvironments = ['PRODUCTION', 'SANDBOX'] as const;

/** One of {@link apnsEnvironments}. */
export type ApnsEnvironment = (typeof apnsEnvironments)[number];

/** A push message for one device. */
export interface PushMessage extends TapAction {
  /** Unique per hand-over; providers that can carry it do. */
  deliveryId: string;
  token: string;
  platform: 'ANDROID' | 'IOS';
  /** Where a token of APNs is good; PRODUCTION when absent. */
  apnsEnvironment?: ApnsEnvironment;
  title: string;
  body: string;
  /** Opened when the message is tapped. */
  url?: string;
  imageUrl?: string;
  /** HTML that a tap shows. */
  page?: string;
  /** Extra values for the app. */
  data?: Record<string, string>;
  /** Given up when it could not be delivered for so long; the provider's own limit when absent. */
  ttlSeconds?: number;
  /** A line under the title; iOS only. */
  subtitle?: string;
  /** Address of a small picture; the app shows it, so it travels with the extra values. */
  iconUrl?: string;
  /** `default` or the name of a sound in the app; silent when absent. */
  sound?: string;
  /** The number on the app's icon; iOS only, 0 takes it away. */
  badge?: number;
  /** Name of the notification category that the app registered for its own buttons; iOS only. */
  category?: string;
  /** Notifications with the same one lie together on the phone; iOS only. */
  threadId?: string;
  /** Notification channel of the app; Android only. */
  androidChannelId?: string;
  /** A device that was away gets only the newest message with the same key. */
  collapseKey?: string;
  /** Shown by the app: they travel with the extra values as JSON under `buttons`. */
  buttons?: MessageButton[];
  /** With it all texts, addresses and extra values are encrypted for the app, and this alone is shown until it has opened them. */
  cover?: { title: string; body: string };
  /** For whom they are encrypted; a message with a cover and without keys is rejected, never sent as it is. */
  encryptionKeys?: EncryptionKeys;
}

/** Keys that an installation made and keeps the private part of, in base64url: a point on P-256 and a secret of 16 bytes. */
export interface EncryptionKeys {
  p256dh: string;
  auth: string;
}

/** An e-mail for one address. */
export interface EmailMessage {
  deliveryId: string;
  to: string;
  fromAddress: string;
  fromName: string;
  replyTo?: string;
  /** Name beside the address for answers. */
  replyToName?: string;
  subject: string;
  html: string;
  text: string;
  /** RFC 8058 one-click address for the List-Unsubscribe header. */
  unsubscribeUrl?: string;
  /** Whether the message is to get an {@link unsubscribeUrl}; yes when absent. */
  hasUnsubscribeHeader?: boolean;
  /** Name of the message that nobody can guess: the left side of its Message-ID, given back by bounces and complaints. The delivery id when absent. */
  messageToken?: string;
}

/** A text message for one number. */
export interface SmsMessage {
  deliveryId: string;
  /** Digits with country code, without + and 00. */
  to: string;
  /** Sender name or number; the account's own when empty. */
  from: string;
  text: string;
  /** Whether addresses in the text are to be made short and countable; no when absent. */
  hasShortLinks?: boolean;
}

/** A button beside the text of a message. */
export interface MessageButton extends TapAction {
  /** What the app reports when it is pressed. */
  id: string;
  label: string;
  /** Opened when it is pressed; the message is only closed when absent. */
  url?: string;
}

/** A push message for one browser. */
export interface WebPushMessage {
  deliveryId: string;
  /** The address that the push service gave the browser, and the keys of its subscription in base64url. */
  endpoint: string;
  p256dh: string;
  auth: string;
  title: string;
  body: string;
  iconUrl?: string;
  imageUrl?: string;
  /** Opened when the message is clicked. */
  url?: string;
  /** Browsers show at most two. */
  buttons?: MessageButton[];
  /** Stays on the screen until somebody closes it. */
  requireInteraction?: boolean;
  /** The push service keeps only the newest message with the same one, and so does the screen; base64url, at most 32. */
  collapseKey?: string;
  ttlSeconds?: number;
}

/** A message for somebody's inbox, shown in apps and on sites. */
export interface InboxMessage extends TapAction {
  deliveryId: string;
  profileId: string;
  /** ALERT is a simple line, CARD one with a large picture. */
  style: 'ALERT' | 'CARD';
  title: string;
  body: string;
  iconUrl?: string;
  imageUrl?: string;
  url?: string;
  /** `#rrggbb`; of a CARD. */
  backgroundColour?: string;
  titleBackgroundColour?: string;
  /** Leaves the inbox after so long; the account's own limit when absent. */
  ttlSeconds?: number;
}

/** When a message inside an app or on a site may come up. */
export interface ShowTrigger {
  kind: 'SESSION_START' | 'SDK_EVENT' | 'SERVER_EVENT';
  /** Name of the event; absent for a session start. */
  event?: string;
}

/** A message that an app or a site shows over or in itself. */
export interface InAppMessage extends TapAction {
  deliveryId: string;
  profileId: string;
  style: 'BANNER' | 'MODAL' | 'FULL_SCREEN' | 'HTML' | 'INLINE' | 'WEB_ALERT';
  title: string;
  body: string;
  /** The whole message when the style is HTML. */
  html?: string;
  imageUrl?: string;
  backgroundImageUrl?: string;
  /** `#rrggbb`. */
  backgroundColour?: string;
  /** RESPONSIVE when absent. */
  orientation?: 'PORTRAIT' | 'LANDSCAPE' | 'RESPONSIVE';
  /** Of a BANNER; TOP when absent. */
  position?: 'TOP' | 'BOTTOM';
  /** Of INLINE: the name of the place in the app or on the site. */
  placement?: string;
  /** False: only a button or a tap closes it. */
  hasCloseButton?: boolean;
  /** Closes by itself after so long. */
  closesAfterSeconds?: number;
  url?: string;
  buttons?: MessageButton[];
  trigger: ShowTrigger;
  /** How often it comes up; once when absent. */
  displayLimit?: number;
  /** At least so long between two times. */
  pauseSeconds?: number;
  /** Not shown any more after so long; the account's own limit when absent. */
  ttlSeconds?: number;
}

/** A message on its way to a provider. */
export type OutboundMessage = PushMessage | EmailMessage | SmsMessage | WebPushMessage | InboxMessage | InAppMessage;

/**
 * What a provider made of one message. ACCEPTED: it will deliver. REJECTED: it never will. RETRYABLE: it is certain
 * that it was not accepted and a later try makes sense. UNCERTAIN: it was handed over and no answer came.
 */
export type SendResult =
  | { outcome: 'ACCEPTED'; deliveryId: string; providerMessageId: string | null }
  | {
      outcome: 'REJECTED';
      deliveryId: string;
      reason: string;
      detail: string;
      /** The address itself is dead: do not use it again. */
      isAddressDead: boolean;
    }
  | {
      outcome: 'RETRYABLE';
      deliveryId: string;
      reason: string;
      detail: string;
      retryAfterMs: number | null;
      /** The provider put off this very message. Otherwise it is about the account or the way to it. */
      isAboutMessage?: boolean;
    }
  | { outcome: 'UNCERTAIN'; deliveryId: string; reason: string; detail: string };

/** What a provider says later of a message that it accepted. */
export interface Receipt {
  /** The provider's name of the message; of an e-mail its Message-ID in brackets. */
  providerMessageId: string;
  /** FAILED: it did not arrive after all. The last two are what a person told the provider. */
  status: 'DELIVERED' | 'FAILED' | 'UNKNOWN' | 'COMPLAINED' | 'UNSUBSCRIBED';
  /** The provider's own word, such as `DELIVRD`. */
  code: string;
  occurredAt: Date;
  /** Why it failed; of e-mails and texts. */
  bounce?: BounceCategory;
  /** Where it was sent to, when the provider says so. */
  address?: string;
}

/** A text that somebody sent to one of our numbers. */
export interface InboundText {
  /** The person's number: digits with country code. A leading zero: a national one whose country is not known. */
  from: string;
  /** The number or short code that it was sent to. */
  to: string;
  text: string;
  keyword: SmsKeyword | null;
  occurredAt: Date;
}

/** A request by which a provider reports what became of messages. */
export interface ReportRequest {
  /** By lower-case name. */
  headers: Record<string, string | undefined>;
  body: Buffer;
  /** Of the account, secrets included. */
  settings: ProviderSettings;
  receivedAt: Date;
  /** Fetches a text over the guarded way out. @throws {ReportLaterError} when it cannot be had now. */
  get(url: string): Promise<string>;
}

/** What a report says; `ignored` counts what is none of our concern. */
export type ReportReading =
  | { isAuthentic: true; receipts: Receipt[]; ignored: number }
  /** It is not signed as the account's settings demand. */
  | { isAuthentic: false; reason: string };

/** One setting of a provider account, as data: the form, the validation and the docs follow from it. */
export interface SettingField {
  name: string;
  label: string;
  kind: 'text' | 'number' | 'boolean' | 'secret' | 'secret-json';
  isRequired: boolean;
  help: string;
}

/** What is wrong with a setting. */
export interface SettingProblem {
  field: string;
  message: string;
}

/** Settings by field name: texts, numbers and booleans; JSON as text. */
export type ProviderSettings = Record<string, string | number | boolean>;

/** A message for the product's own store, to be fetched by apps and sites. */
export interface KeptMessage {
  /** Storing one twice is as once. */
  deliveryId: string;
  profileId: string;
  /** What is shown, as the SDK gets it. */
  content: Record<string, unknown>;
  expiresAt: Date;
  /** Null in an inbox. */
  trigger: ShowTrigger | null;
  displayLimit: number;
  pauseSeconds: number;
}

/** Connections to one host that HTTP providers use; one message at a time travels on each. */
export const connectionsPerHost = 256;

/** What a session may use of its surroundings. */
export interface SessionOptions {
  settings: ProviderSettings;
  /** For HTTP providers: makes the guarded connections, {@link connectionsPerHost} to each host. */
  dispatcher?: import('undici').Dispatcher;
  /** Called before a socket to a typed host is opened; throws when the address is not public. */
  assertPublicHost?: (host: string) => Promise<void>;
  /** Looks names of typed hosts up as they are connected to; fails for addresses that are not public. */
  lookup?: LookupFunction;
  /** Resolves when the receipts are stored: only then the provider is told that they arrived. */
  onReceipts?: (receipts: Receipt[]) => Promise<void>;
  /** Resolves when the texts that people sent are stored. */
  onTexts?: (texts: InboundText[]) => Promise<void>;
  /** Stores messages that apps and sites fetch; resolves when they are committed. */
  keep?: (messages: KeptMessage[]) => Promise<void>;
}

/** Under which condition messages may still be handed over, and who goes first. */
export interface HandOver {
  /** Where messages wait for a connection, these go before all that are not. */
  isUrgent: boolean;
  /**
   * Asked right before the bytes of a message are written, as messages may have waited for a connection. False answers
   * the message RETRYABLE with the reason {@link lateReason}.
   */
  mayWrite(): boolean;
}

/** The reason of a message that waited too long and was not written. */
export const lateReason = 'LATE';

/** The answer for a message that may not be written any more. */
export function late(deliveryId: string): SendResult {
  const detail = 'It waited too long for a connection; nothing was written';
  return { outcome: 'RETRYABLE', deliveryId, reason: lateReason, detail, retryAfterMs: null };
}

/** An open account: its connections are kept until {@link close}. */
export interface ProviderSession {
  /** Tries the settings against the provider without sending anything. */
  verifySettings(): Promise<SettingProblem | null>;
  /** Hands messages over; one result per message, in their order. Never throws. */
  sendBatch(messages: OutboundMessage[], handOver: HandOver): Promise<SendResult[]>;
  /** Waits for what is under way and closes the connections. */
  close(): Promise<void>;
}

/** A provider as the product knows it. */
export interface ProviderDefinition {
  /** Stable id, such as `fcm`. */
  key: string;
  name: string;
  medium: Medium;
  /** Whose push tokens it takes; of mobile push. */
  pushService?: PushService;
  /** Whether it reports what became of accepted messages. */
  hasReceipts: boolean;
  /** Whether it recognises a delivery id that it has seen. Vendor statements: none outside the house does. */
  dedupe: 'id' | 'none';
  fields: SettingField[];
  /** Settings that a new account gets unless they are typed, such as keys of its own. */
  makeSettings?: () => ProviderSettings;
  /** Everything that is wrong with the settings by themselves. */
  validateSettings(settings: ProviderSettings): SettingProblem[];
  open(options: SessionOptions): ProviderSession;
  /** Reads what the provider posts to the account's report address; absent when it reports another way, or never. @throws {UnreadableReportError} @throws {ReportLaterError} */
  readReport?(request: ReportRequest): ReportReading | Promise<ReportReading>;
}
