import type { EmailMessage, SmsMessage } from '@libs/delivery';
import {
  assembleInApp,
  assembleInbox,
  assembleWebPush,
  type InAppFields,
  type InboxFields,
  type WebPushFields,
} from './assemble-onsite';
import { assemblePush, type PushFields } from './assemble-push';
import type { CampaignContent, ContentMedium, EmailContent, SmsContent } from './campaign-content';
import { htmlToText } from './html-to-text';
import { messageLimits } from './message-limits';
import { measureSms, smsSender } from './sms-parts';

/** Rendered texts of one medium by field name. */
export type RenderedFields = ReadonlyMap<string, string>;

/** An e-mail without its address. */
export type EmailFields = Omit<EmailMessage, 'deliveryId' | 'to'>;

/** A text message without its number. */
export type SmsFields = Omit<SmsMessage, 'deliveryId' | 'to'>;

/** What a provider is given besides the address and the id of the delivery. */
export type MessageFields = PushFields | EmailFields | SmsFields | WebPushFields | InboxFields | InAppFields;

/** A message, or why it is too large for its medium, or not one as rendered. */
export type Assembled = { message: MessageFields } | { tooLarge: string } | { invalid: string };

/** Builds a medium's message out of its rendered texts and checks its size. */
export function assembleMessage(content: CampaignContent, medium: ContentMedium, fields: RenderedFields): Assembled {
  if (medium === 'MOBILE_PUSH') return assemblePush(content.mobilePush, fields);
  if (medium === 'SMS') return assembleSms(content.sms, fields);
  if (medium === 'WEB_PUSH') return assembleWebPush(content, fields);
  if (medium === 'INBOX') return assembleInbox(content.inbox, fields);
  if (medium === 'IN_APP') return assembleInApp(content.inApp, fields);
  return assembleEmail(content.email, fields);
}

function assembleSms(sms: SmsContent | undefined, fields: RenderedFields): Assembled {
  const text = fields.get('text') ?? '';
  const from = fields.get('from') ?? '';
  if (from !== '' && !smsSender.test(from)) {
    return { invalid: `"${from.slice(0, 40)}" is no sender of a text message` };
  }
  const message: SmsFields = { from, text, ...(sms?.hasShortLinks ? { hasShortLinks: true } : {}) };
  const parts = measureSms(text);
  if (parts <= messageLimits.smsParts) return { message };
  return { tooLarge: `The text message has ${parts} parts; at most ${messageLimits.smsParts} are sent` };
}

function assembleEmail(email: EmailContent | undefined, fields: RenderedFields): Assembled {
  const html = withPreheader(fields.get('html') ?? '', fields.get('preheader') ?? '');
  const bytes = Buffer.byteLength(html);
  if (bytes > messageLimits.htmlBytes) {
    return { tooLarge: `The HTML has ${bytes} bytes; at most ${messageLimits.htmlBytes} are sent` };
  }
  const message: EmailFields = {
    fromAddress: email?.fromAddress ?? '',
    fromName: fields.get('fromName') ?? '',
    ...(email?.replyTo ? { replyTo: email.replyTo } : {}),
    ...(fields.get('replyToName') ? { replyToName: fields.get('replyToName') } : {}),
    ...(email?.hasUnsubscribeHeader === false ? { hasUnsubscribeHeader: false } : {}),
    subject: fields.get('subject') ?? '',
    html,
    text: fields.get('text') ?? htmlToText(html),
  };
  return { message };
}

/** Inboxes show the first text of the body, so the preheader goes there, hidden. */
function withPreheader(html: string, preheader: string): string {
  if (!preheader) return html;
  const hidden = `<div style="display:none;max-height:0;overflow:hidden">${preheader}</div>`;
  const body = /<body\b[^>]*>/i.exec(html);
  const at = body ? body.index + body[0].length : 0;
  return html.slice(0, at) + hidden + html.slice(at);
}
