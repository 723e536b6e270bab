import type { SendResult } from '../../contract';
import type { MailOutcome } from './smtp-line';

/** Enhanced status codes (RFC 3463) that say the mailbox does not exist or cannot be used any more. */
const deadAddress = /\b5\.1\.(1|2|3|6|10)\b|\b5\.2\.1\b/;

/** The server is going away (RFC 5321 §3.8); nothing is said of the message. */
const closing = 421;

/** What the outcome of an SMTP transaction says of a message. */
export function resultOf(deliveryId: string, messageId: string, outcome: MailOutcome): SendResult {
  if (outcome.isAccepted) return { outcome: 'ACCEPTED', deliveryId, providerMessageId: messageId };
  const { error, wasWritten } = outcome;
  const status = error.responseCode;
  const problem = {
    deliveryId,
    reason: status ? `SMTP_${status}` : (error.code ?? 'SMTP_ERROR'),
    detail: (error.response ?? error.message).slice(0, 300),
  };
  if (status !== undefined && status >= 500 && isAboutMessage(error.command)) {
    return { outcome: 'REJECTED', ...problem, isAddressDead: deadAddress.test(problem.detail) };
  }
  if (status === undefined && wasWritten) return { outcome: 'UNCERTAIN', ...problem };
  const isJudged = status !== undefined && status !== closing && isAboutMessage(error.command);
  return { outcome: 'RETRYABLE', ...problem, retryAfterMs: null, isAboutMessage: isJudged };
}

/** A refusal of login or greeting is about the account and mends itself or is mended; it is not about this message. */
function isAboutMessage(command: string | undefined): boolean {
  return command === undefined || /^(MAIL|RCPT|DATA)/.test(command);
}
