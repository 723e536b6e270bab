import type { DeviceTargeting } from '@modules/profiles';
import type { ContentAlternative, ContentVariant } from './alternatives';
import type { ClickContent } from './click-action';
import type { ButtonContent, InAppContent, InboxContent, WebPushContent } from './onsite-content';
import type { SnippetTexts } from './snippets';
import type { pushGroups } from './targeting';

/** A push message to phones as its author wrote it. Every text may hold placeholders. */
export interface MobilePushContent extends ClickContent {
  title: string;
  body: string;
  /** A picture beside the text. */
  imageUrl?: string;
  /** Extra values for the app. */
  data?: Record<string, string>;
  /** A line under the title; iOS only. */
  subtitle?: string;
  /** A small picture; shown by the app. */
  iconUrl?: string;
  /** At most three; shown by the app. */
  buttons?: ButtonContent[];
  /** `default` or the name of a sound in the app; silent when absent. */
  sound?: string;
  /** The number on the app's icon; iOS only, 0 takes it away. */
  badge?: number;
  /** Notification category that the app registered; iOS only. */
  category?: string;
  /** Notifications with the same one lie together on the phone; iOS only. */
  threadId?: string;
  /** Notification channel of the app; Android only. */
  androidChannelId?: string;
  /** A device that was away gets only the newest message with the same key. */
  collapseKey?: string;
  /** Given up when it could not be delivered for so long. */
  ttlHours?: number;
  /** Encrypted for the app, so that push services cannot read it; devices without keys get nothing. */
  isEncrypted?: boolean;
  /** Shown in the place of an encrypted message until the app has opened it; the same for everybody. */
  coverTitle?: string;
  coverBody?: string;
}

/** An e-mail as its author wrote it. Addresses are literal, texts and names may hold placeholders. */
export interface EmailContent {
  fromAddress: string;
  fromName: string;
  replyTo?: string;
  /** Name beside the address for answers. */
  replyToName?: string;
  /** False leaves the header for unsubscribing with one click away. */
  hasUnsubscribeHeader?: boolean;
  subject: string;
  html: string;
  /** Derived from the HTML part when absent. */
  text?: string;
  /** What inboxes show behind the subject. */
  preheader?: string;
  /** Only for people whom push messages reach, or only for those whom they do not. */
  group?: (typeof pushGroups)[number];
  /** The e-mail template that it began with; its texts are its own all the same. */
  templateId?: string;
  /** Which texts of the template were taken over, as the template counts them. */
  templateRevision?: number;
}

/** A text message as its author wrote it. */
export interface SmsContent {
  /** Sender name or number; the account's own when empty. */
  from: string;
  text: string;
  /** Makes web addresses in the text short, and clicks on them count. */
  hasShortLinks?: boolean;
  /** Only for people whom push messages reach, or only for those whom they do not. */
  group?: (typeof pushGroups)[number];
}

/** What happens to a customer for whom a placeholder has neither a value nor a default. */
export const missingValueRules = ['EMPTY', 'SKIP'] as const;

/** EMPTY sends an empty text in its place, SKIP does not send at all. */
export type MissingValueRule = (typeof missingValueRules)[number];

/** The content of a campaign, per medium. A medium that is absent is not sent. */
export interface CampaignContent {
  mobilePush?: MobilePushContent;
  email?: EmailContent;
  sms?: SmsContent;
  webPush?: WebPushContent;
  inbox?: InboxContent;
  inApp?: InAppContent;
  personalisation: { whenMissing: MissingValueRule };
  /** To which devices push messages are kept. */
  targeting?: DeviceTargeting;
  /** Sides of a split test; everybody gets the same when absent. */
  variants?: ContentVariant[];
  /** Texts for languages and variants. */
  alternatives?: ContentAlternative[];
  /** Engagement category: whom it is for, how often they get its messages. Its limits hold as they are at the time. */
  categoryId?: string;
  /** The apps and sites that it is for, by their ids, each once; absent: all. */
  appIds?: string[];
  /** Over the first of these media that reaches somebody; absent: over all media. */
  firstReachable?: ContentMedium[];
  /** Share of the people, in whole per cent, who get nothing for comparison; absent: nobody. */
  controlGroupPercent?: number;
  /** Minutes after its scheduled time at which a message is not worth sending any more; absent: always worth it. */
  expiresAfterMinutes?: number;
  /** Texts of the snippets that the content uses, as they were when it was frozen or read; never stored with a draft. */
  snippets?: SnippetTexts;
}

/** The media of which campaigns have content. */
export type ContentMedium = 'MOBILE_PUSH' | 'EMAIL' | 'SMS' | 'WEB_PUSH' | 'INBOX' | 'IN_APP';

/** Every {@link ContentMedium}. */
export const contentMedia: readonly ContentMedium[] = ['MOBILE_PUSH', 'EMAIL', 'SMS', 'WEB_PUSH', 'INBOX', 'IN_APP'];

/** Under which name each medium stands in the content. */
export const contentFields = {
  MOBILE_PUSH: 'mobilePush',
  EMAIL: 'email',
  SMS: 'sms',
  WEB_PUSH: 'webPush',
  INBOX: 'inbox',
  IN_APP: 'inApp',
} as const satisfies Record<ContentMedium, keyof CampaignContent>;

/** The media that this content has something for. */
export function mediaOf(content: CampaignContent): ContentMedium[] {
  const all = Object.keys(contentFields) as ContentMedium[];
  return all.filter((medium) => content[contentFields[medium]] !== undefined);
}
