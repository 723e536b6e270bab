import { classifyBounce, isPermanent } from '../../bounce';
import type { SendResult } from '../../contract';
import type { MailOutcome } from './smtp-line';

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
    const reason = classifyBounce(`${status} ${problem.detail}`);
    const isAddressDead = isPermanent(reason) && !isAboutSender(error.command);
    return { outcome: 'REJECTED', ...problem, reason, isAddressDead };
  }
  if (status === undefined && wasWritten) return { outcome: 'UNCERTAIN', ...problem };
  const isJudged = status !== undefined && status !== closing && isAboutMessage(error.command);
  return { outcome: 'RETRYABLE', ...problem, retryAfterMs: null, isAboutMessage: isJudged };
}

/** At MAIL the server knows only who sends. */
function isAboutSender(command: string | undefined): boolean {
  return command?.startsWith('MAIL') ?? false;
}

/** A refusal of login or greeting is about the account and mends itself or is mended; it is not about this message. */
function isAboutMessage(command: string | undefined): boolean {
  return command === undefined || /^(MAIL|RCPT|DATA)/.test(command);
}
