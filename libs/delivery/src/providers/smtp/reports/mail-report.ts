import { classifyBounce } from '../../../bounce';
import type { Receipt } from '../../../contract';
import { eventTimeOf } from './event-time';
import { fieldsOf, type MailPart, partsOf, typeOf } from './mime-parts';

/** Feedback types (RFC 5965 §7.3) that are no complaint. */
export const harmlessFeedback: ReadonlySet<string> = new Set(['not-spam', 'other', 'dkim', 'auth-failure']);

/** Text as long as a code is kept. */
const longestCode = 200;

/**
 * What a mail about a mail says: a bounce (delivery status notification, RFC 3464) or a complaint (abuse report,
 * RFC 5965). Null when it is neither, or does not bring the headers of the message that it is about.
 */
export function readMailReport(raw: Buffer, receivedAt: Date): Receipt[] | null {
  const text = raw.toString('latin1');
  const parts = partsOf(text);
  const providerMessageId = originalIdOf(parts);
  if (!providerMessageId) return null;
  const base = { providerMessageId, occurredAt: writtenAt(text, receivedAt) };
  const bounce = parts.find((part) => typeOf(part) === 'message/delivery-status');
  if (bounce) return bouncesOf(bounce, base);
  const complaint = parts.find((part) => typeOf(part) === 'message/feedback-report');
  return complaint ? complaintsOf(complaint, base) : null;
}

/** When the report was written, the same each time that it is brought. */
function writtenAt(raw: string, receivedAt: Date): Date {
  const [head = ''] = raw.split(/\r?\n\r?\n/, 1);
  return eventTimeOf(fieldsOf(head).get('date') ?? '', receivedAt);
}

/** The Message-ID of the message itself, from the copy of its headers. */
function originalIdOf(parts: MailPart[]): string | null {
  const copy = parts.find((part) =>
    /^(message\/rfc822|text\/rfc822-headers|message\/global(-headers)?)$/.test(typeOf(part)),
  );
  const [head = ''] = copy?.body.trimStart().split(/\r?\n\r?\n/, 1) ?? [];
  return /<[^<>\s]{1,300}>/.exec(fieldsOf(head).get('message-id') ?? '')?.[0] ?? null;
}

/** The first block is about the report, each later one about one recipient. */
function bouncesOf({ body }: MailPart, base: Pick<Receipt, 'providerMessageId' | 'occurredAt'>): Receipt[] {
  const recipients = body
    .trim()
    .split(/\r?\n\r?\n/)
    .map(fieldsOf)
    .filter((fields) => fields.has('action'));
  return recipients.flatMap((fields): Receipt[] => {
    const action = fields.get('action')?.toLowerCase() ?? '';
    const status = fields.get('status') ?? '';
    const words = fields.get('diagnostic-code') ?? '';
    const address = addressOf(fields.get('original-recipient') ?? fields.get('final-recipient'));
    const known = {
      ...base,
      ...(address ? { address } : {}),
      code: `${action} ${status} ${words}`.trim().slice(0, longestCode),
    };
    if (action === 'failed') return [{ ...known, status: 'FAILED', bounce: classifyBounce(words, status) }];
    return action === 'delivered' ? [{ ...known, status: 'DELIVERED' }] : [];
  });
}

function complaintsOf({ body }: MailPart, base: Pick<Receipt, 'providerMessageId' | 'occurredAt'>): Receipt[] {
  const fields = fieldsOf(body);
  const type = fields.get('feedback-type')?.toLowerCase() ?? '';
  if (harmlessFeedback.has(type)) return [];
  const address = addressOf(fields.get('original-rcpt-to'));
  const status = type.startsWith('opt-out') ? 'UNSUBSCRIBED' : 'COMPLAINED';
  return [{ ...base, ...(address ? { address } : {}), status, code: type.slice(0, longestCode) }];
}

/** The address in `rfc822; <kim@example.com>`. */
function addressOf(field: string | undefined): string | null {
  return /([^\s<>;]+@[^\s<>;]+)/.exec(field ?? '')?.[1] ?? null;
}
