import { createHmac, timingSafeEqual } from 'node:crypto';
import { classifyBounce } from '../../../bounce';
import type { Receipt } from '../../../contract';
import { eventTime } from './event-time';
import { inBrackets } from './message-id';

/** A webhook of Mailgun: one event, and a signature beside it. */
export interface MailgunCall {
  signature?: { timestamp?: unknown; token?: unknown; signature?: unknown };
  'event-data'?: {
    event?: unknown;
    severity?: unknown;
    reason?: unknown;
    timestamp?: unknown;
    recipient?: unknown;
    message?: { headers?: { 'message-id'?: unknown } };
    'delivery-status'?: { code?: unknown; message?: unknown; description?: unknown; 'enhanced-code'?: unknown };
  };
}

const statuses: Record<string, Receipt['status']> = {
  delivered: 'DELIVERED',
  failed: 'FAILED',
  complained: 'COMPLAINED',
  unsubscribed: 'UNSUBSCRIBED',
};

/** Whether the call bears the account's signature: HMAC-SHA256 over time stamp and token. */
export function isSignedByMailgun({ signature: signed }: MailgunCall, signingKey: string): boolean {
  if (typeof signed?.signature !== 'string' || typeof signed.token !== 'string') return false;
  const expected = createHmac('sha256', signingKey).update(`${signed.timestamp}${signed.token}`).digest();
  const given = Buffer.from(signed.signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The receipt in a call; null for what is none, such as a delay that Mailgun will try again after. */
export function readMailgunEvent({ 'event-data': event = {} }: MailgunCall, receivedAt: Date): Receipt | null {
  const status = statuses[String(event.event)];
  const messageId = event.message?.headers?.['message-id'];
  const providerMessageId = inBrackets(textOf(messageId));
  const isDelay = status === 'FAILED' && event.severity === 'temporary';
  if (!status || !providerMessageId || isDelay) return null;
  const { code, message, description, 'enhanced-code': enhanced } = event['delivery-status'] ?? {};
  const words = `${code ?? ''} ${textOf(message) || textOf(description)}`.trim();
  return {
    providerMessageId,
    status,
    code: `${textOf(event.event)} ${textOf(event.reason)} ${words}`.replace(/\s+/g, ' ').trim().slice(0, 200),
    occurredAt: eventTime(event.timestamp, receivedAt),
    ...(status === 'FAILED' ? { bounce: bounceOf(textOf(event.reason), words, textOf(enhanced)) } : {}),
    ...(textOf(event.recipient) ? { address: textOf(event.recipient) } : {}),
  };
}

function bounceOf(reason: string, words: string, enhanced: string): ReturnType<typeof classifyBounce> {
  return reason === 'suppress-bounce' ? 'SUPPRESSED' : classifyBounce(words, enhanced || undefined);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
