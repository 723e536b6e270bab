import { AppError } from '@libs/foundation';
import type { Receipt, ReportReading, ReportRequest } from '../../../contract';
import { textSetting } from '../../../settings';
import { readMailReport } from './mail-report';
import { isSignedByMailgun, type MailgunCall, readMailgunEvent } from './mailgun';
import { isSignedBySendGrid, readSendGridEvent } from './sendgrid';

/** A report is none of the forms that the account's provider uses. */
export class UnreadableReportError extends AppError {
  readonly code = 'UNREADABLE_REPORT';
  readonly retryable = false;
}

/** Who reports: a mail server by mail, or a provider by its webhook. */
export const reporters = ['MAIL', 'SENDGRID', 'MAILGUN'] as const;

const mostEvents = 5_000;

/**
 * Reads a report about e-mails. Mails are trusted for the Message-ID that they give back, which nobody else can know;
 * webhooks must be signed with the account's key.
 * @throws {UnreadableReportError}
 */
export function readReport(request: ReportRequest): ReportReading {
  const { settings, body, headers, receivedAt } = request;
  const reporter = textSetting(settings, 'reports', 'MAIL');
  const key = textSetting(settings, 'reportsKey');
  if (reporter === 'MAIL') {
    const receipts = readMailReport(body, receivedAt);
    if (!receipts) throw new UnreadableReportError('The mail is neither a bounce nor a complaint about one of ours');
    return { isAuthentic: true, receipts, ignored: receipts.length === 0 ? 1 : 0 };
  }
  if (reporter === 'SENDGRID') {
    if (!isSignedBySendGrid(headers, body, key)) return notSigned('SendGrid');
    const events = parse(body);
    if (!Array.isArray(events) || events.length > mostEvents)
      throw new UnreadableReportError(`The body must be a JSON array of at most ${mostEvents} events`);
    return sorted(events.map((event) => (isObject(event) ? readSendGridEvent(event, receivedAt) : null)));
  }
  const call = parse(body);
  if (!isObject(call)) throw new UnreadableReportError('The body must be a JSON object with signature and event-data');
  if (!isSignedByMailgun(call as MailgunCall, key)) return notSigned('Mailgun');
  return sorted([readMailgunEvent(call as MailgunCall, receivedAt)]);
}

function sorted(found: (Receipt | null)[]): ReportReading {
  const receipts = found.filter((receipt) => receipt !== null);
  return { isAuthentic: true, receipts, ignored: found.length - receipts.length };
}

function notSigned(name: string): ReportReading {
  return { isAuthentic: false, reason: `The request is not signed as ${name} would with the key of this account` };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new UnreadableReportError('The body is not valid JSON', { cause });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
