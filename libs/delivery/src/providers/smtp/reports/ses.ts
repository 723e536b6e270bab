import { type BounceCategory, classifyBounce } from '../../../bounce';
import type { Receipt } from '../../../contract';
import { eventTimeOf } from './event-time';
import { objectAt, objectsAt, textAt } from './json';
import { harmlessFeedback } from './mail-report';
import { inBrackets } from './message-id';
import { UnreadableReportError } from './unreadable-report';

type Json = Record<string, unknown>;
type Base = Pick<Receipt, 'providerMessageId' | 'occurredAt'>;

/** Amazon SES: what it says of a bounce itself, where that is more than the words of the other server. */
const bySubType: Record<string, BounceCategory> = {
  Suppressed: 'SUPPRESSED',
  OnAccountSuppressionList: 'SUPPRESSED',
  MailboxFull: 'MAILBOX_FULL',
  MessageTooLarge: 'CONTENT_REJECTED',
  ContentRejected: 'CONTENT_REJECTED',
  AttachmentRejected: 'CONTENT_REJECTED',
};

const otherwise: Record<string, BounceCategory> = { Permanent: 'BAD_MAILBOX', Transient: 'TEMPORARILY_DEFERRED' };

/** Events that say nothing of where a mail ended. */
const ignored = new Set(['Send', 'Open', 'Click', 'DeliveryDelay', 'Rendering Failure', 'RenderingFailure']);

const longestCode = 200;

/**
 * The receipts in an event of Amazon SES, published through a configuration set or an identity; null for what is none.
 * @throws {UnreadableReportError} for an event that is not known, or that does not bring our Message-ID back.
 */
export function readSesEvent(event: Json, receivedAt: Date): Receipt[] | null {
  const kind = textAt(event, 'eventType') || textAt(event, 'notificationType');
  if (ignored.has(kind)) return null;
  const reader = readers[kind];
  if (!reader)
    throw new UnreadableReportError(`An event of Amazon SES of the kind "${kind.slice(0, 40)}" is not known`);
  const providerMessageId = originalIdOf(objectAt(event, 'mail'));
  if (!providerMessageId)
    throw new UnreadableReportError(
      'The event does not bring the Message-ID of the original back: switch "include original headers" on in Amazon SES',
    );
  return reader(event, (time) => ({ providerMessageId, occurredAt: eventTimeOf(time, receivedAt) }));
}

const readers: Record<string, (event: Json, base: (time: string) => Base) => Receipt[] | null> = {
  Bounce: (event, base) => bouncesOf(objectAt(event, 'bounce'), base),
  Complaint: (event, base) => complaintsOf(objectAt(event, 'complaint'), base),
  Delivery: (event, base) => {
    const delivery = objectAt(event, 'delivery');
    const code = `delivery ${textAt(delivery, 'smtpResponse')}`.trim().slice(0, longestCode);
    return [{ ...base(textAt(delivery, 'timestamp')), status: 'DELIVERED', code }];
  },
  Reject: (event, base) => {
    const code = `reject ${textAt(objectAt(event, 'reject'), 'reason')}`.trim().slice(0, longestCode);
    const at = base(textAt(objectAt(event, 'mail'), 'timestamp'));
    return [{ ...at, status: 'FAILED', bounce: 'CONTENT_REJECTED', code }];
  },
  Subscription: (event, base) => {
    const subscription = objectAt(event, 'subscription');
    const wantsNothing = objectAt(subscription, 'newTopicPreferences').unsubscribeAll === true;
    const at = base(textAt(subscription, 'timestamp'));
    return wantsNothing ? [{ ...at, status: 'UNSUBSCRIBED', code: 'subscription unsubscribeAll' }] : null;
  },
};

/** Amazon SES gives messages a new Message-ID; ours is among the headers of the original. */
function originalIdOf(mail: Json): string | null {
  const header = objectsAt(mail, 'headers').find((each) => textAt(each, 'name').toLowerCase() === 'message-id');
  return inBrackets(header ? textAt(header, 'value') : textAt(objectAt(mail, 'commonHeaders'), 'messageId'));
}

function bouncesOf(bounce: Json, base: (time: string) => Base): Receipt[] {
  const type = textAt(bounce, 'bounceType');
  const subType = textAt(bounce, 'bounceSubType');
  return objectsAt(bounce, 'bouncedRecipients').map((recipient): Receipt => {
    const words = textAt(recipient, 'diagnosticCode');
    const status = textAt(recipient, 'status');
    const told = classifyBounce(words, status || undefined);
    const address = textAt(recipient, 'emailAddress');
    return {
      ...base(textAt(bounce, 'timestamp')),
      status: 'FAILED',
      bounce: bySubType[subType] ?? (told === 'OTHER' ? (otherwise[type] ?? 'OTHER') : told),
      code: `${type} ${subType} ${status} ${words}`.replace(/\s+/g, ' ').trim().slice(0, longestCode),
      ...(address ? { address } : {}),
    };
  });
}

function complaintsOf(complaint: Json, base: (time: string) => Base): Receipt[] | null {
  const type = textAt(complaint, 'complaintFeedbackType').toLowerCase();
  if (harmlessFeedback.has(type)) return null;
  return objectsAt(complaint, 'complainedRecipients').map((recipient): Receipt => {
    const address = textAt(recipient, 'emailAddress');
    const code = `complaint ${type}`.trim().slice(0, longestCode);
    return {
      ...base(textAt(complaint, 'timestamp')),
      ...{ status: 'COMPLAINED', code },
      ...(address ? { address } : {}),
    };
  });
}
