import { createPublicKey, verify } from 'node:crypto';
import { classifyBounce } from '../../../bounce';
import type { Receipt } from '../../../contract';
import { eventTime } from './event-time';
import { inBrackets } from './message-id';

interface Event {
  event?: unknown;
  timestamp?: unknown;
  email?: unknown;
  'smtp-id'?: unknown;
  status?: unknown;
  reason?: unknown;
  type?: unknown;
}

const statuses: Record<string, Receipt['status']> = {
  delivered: 'DELIVERED',
  bounce: 'FAILED',
  dropped: 'FAILED',
  spamreport: 'COMPLAINED',
  unsubscribe: 'UNSUBSCRIBED',
};

/** Whether the body was signed with the account's key: ECDSA over the time stamp and the exact bytes. */
export function isSignedBySendGrid(
  headers: Record<string, string | undefined>,
  body: Buffer,
  publicKey: string,
): boolean {
  const signature = headers['x-twilio-email-event-webhook-signature'];
  const timestamp = headers['x-twilio-email-event-webhook-timestamp'];
  if (!signature || !timestamp) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify('sha256', Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** Whether a text is a key as SendGrid shows it. */
export function isSendGridKey(text: string): boolean {
  try {
    return (
      createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }).asymmetricKeyType === 'ec'
    );
  } catch {
    return false;
  }
}

/** The receipt in an event of SendGrid's Event Webhook; null for what is none, such as its own opens and clicks. */
export function readSendGridEvent(event: Event, receivedAt: Date): Receipt | null {
  const status = statuses[String(event.event)];
  const providerMessageId = inBrackets(textOf(event['smtp-id']));
  if (!status || !providerMessageId) return null;
  const words = textOf(event.reason);
  return {
    providerMessageId,
    status,
    code: `${textOf(event.event)} ${textOf(event.status)} ${words}`.replace(/\s+/g, ' ').trim().slice(0, 200),
    occurredAt: eventTime(event.timestamp, receivedAt),
    ...(status === 'FAILED' ? { bounce: bounceOf(event, words) } : {}),
    ...(textOf(event.email) ? { address: textOf(event.email) } : {}),
  };
}

/** Dropped: it was not even tried, because of an earlier bounce, or for a reason of its own. */
function bounceOf(event: Event, words: string): ReturnType<typeof classifyBounce> {
  if (event.event === 'dropped' && /bounced address|invalid/i.test(words)) return 'SUPPRESSED';
  const category = classifyBounce(words, textOf(event.status) || undefined);
  return event.type === 'blocked' && category === 'OTHER' ? 'POLICY_RELATED' : category;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
