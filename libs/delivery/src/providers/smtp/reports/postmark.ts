import { createHash, timingSafeEqual } from 'node:crypto';
import { type BounceCategory, classifyBounce } from '../../../bounce';
import type { Receipt } from '../../../contract';
import { eventTimeOf } from './event-time';
import { objectAt, textAt } from './json';
import { UnreadableReportError } from './unreadable-report';

type Json = Record<string, unknown>;
type Base = Pick<Receipt, 'providerMessageId' | 'occurredAt' | 'address'>;

/** Under this name Postmark gives back what the header `X-PM-Metadata-…` of a mail said. */
export const postmarkMetadata = 'message-token';

/** Postmark's types of bounces; those that are absent are none. */
const bounces: Record<string, BounceCategory> = {
  HardBounce: 'BAD_MAILBOX',
  BadEmailAddress: 'BAD_MAILBOX',
  ManuallyDeactivated: 'SUPPRESSED',
  Transient: 'TEMPORARILY_DEFERRED',
  SoftBounce: 'TEMPORARILY_DEFERRED',
  DnsError: 'BAD_DOMAIN',
  SpamNotification: 'SPAM_RELATED',
  Blocked: 'POLICY_RELATED',
  DMARCPolicy: 'POLICY_RELATED',
  ChallengeVerification: 'POLICY_RELATED',
  VirusNotification: 'CONTENT_REJECTED',
  TemplateRenderingFailed: 'CONTENT_REJECTED',
  AddressChange: 'OTHER',
  OpenRelayTest: 'OTHER',
  Unknown: 'OTHER',
  Unconfirmed: 'OTHER',
  SMTPApiError: 'OTHER',
  InboundError: 'OTHER',
};
/** Told as bounces and none: answers of machines, people who subscribe. */
const noBounces = new Set(['AutoResponder', 'Subscribe']);

const longestCode = 200;

/** Whether the request bears the account's key as the password of HTTP authentication, which Postmark sends where it is told to. */
export function isFromPostmark(headers: Record<string, string | undefined>, key: string): boolean {
  const encoded = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (!encoded || key === '') return false;
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(password), digest(key));
}

/**
 * The receipt in a webhook of Postmark; null for what is none.
 * @throws {UnreadableReportError} for what is not known, or does not bring our token back.
 */
export function readPostmarkEvent(event: Json, receivedAt: Date): Receipt | null {
  const kind = textAt(event, 'RecordType');
  if (kind === 'Open' || kind === 'Click') return null;
  const reader = readers[kind];
  if (!reader) throw new UnreadableReportError(`A webhook of Postmark of the type "${kind.slice(0, 40)}" is not known`);
  return reader(event, (time, address) => baseOf(event, { at: eventTimeOf(time, receivedAt), address }));
}

type Reader = (event: Json, base: (time: string, address: string) => Base) => Receipt | null;

const readers: Record<string, Reader> = {
  Delivery: (event, base) => {
    const code = `Delivery ${textAt(event, 'Details')}`.trim().slice(0, longestCode);
    return { ...base(textAt(event, 'DeliveredAt'), textAt(event, 'Recipient')), status: 'DELIVERED', code };
  },
  Bounce: (event, base) => {
    const type = textAt(event, 'Type');
    if (noBounces.has(type)) return null;
    const at = base(textAt(event, 'BouncedAt'), textAt(event, 'Email'));
    const words = textAt(event, 'Details') || textAt(event, 'Description');
    const code = `${type} ${words}`.replace(/\s+/g, ' ').trim().slice(0, longestCode);
    if (type === 'Unsubscribe') return { ...at, status: 'UNSUBSCRIBED', code };
    if (type === 'SpamComplaint') return { ...at, status: 'COMPLAINED', code };
    return { ...at, status: 'FAILED', bounce: categoryOf(type, words), code };
  },
  SpamComplaint: (event, base) => {
    const at = base(textAt(event, 'BouncedAt'), textAt(event, 'Email'));
    return { ...at, status: 'COMPLAINED', code: 'SpamComplaint' };
  },
  // Bounces and complaints come as webhooks of their own; a person's own no comes as this alone.
  SubscriptionChange: (event, base) => {
    const isOwnNo = event.SuppressSending === true && textAt(event, 'Origin') === 'Recipient';
    if (!isOwnNo || textAt(event, 'SuppressionReason') !== 'ManualSuppression') return null;
    const at = base(textAt(event, 'ChangedAt'), textAt(event, 'Recipient'));
    return { ...at, status: 'UNSUBSCRIBED', code: 'SubscriptionChange' };
  },
};

/** What Postmark calls soft may be told better by the other server. */
function categoryOf(type: string, words: string): BounceCategory {
  const named = bounces[type];
  if (named && named !== 'TEMPORARILY_DEFERRED' && named !== 'OTHER') return named;
  const told = classifyBounce(words);
  const isForGood = told === 'BAD_MAILBOX' || told === 'SUPPRESSED';
  return told === 'OTHER' || isForGood ? (named ?? 'OTHER') : told;
}

function baseOf(event: Json, { at, address }: { at: Date; address: string }): Base {
  const token = textAt(objectAt(event, 'Metadata'), postmarkMetadata);
  if (!/^[^@<>\s]{1,300}$/.test(token))
    throw new UnreadableReportError(`The webhook does not bring the metadata "${postmarkMetadata}" of the mail back`);
  return {
    providerMessageId: `<${token}@metadata.postmark>`,
    occurredAt: at,
    ...(address ? { address } : {}),
  };
}
