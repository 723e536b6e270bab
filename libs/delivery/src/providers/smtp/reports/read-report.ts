import type { Receipt, ReportReading, ReportRequest } from '../../../contract';
import { textSetting } from '../../../settings';
import { isObject, parseJson } from './json';
import { readMailReport } from './mail-report';
import { isSignedByMailgun, type MailgunCall, readMailgunEvent } from './mailgun';
import { isFromPostmark, readPostmarkEvent } from './postmark';
import { isSignedBySendGrid, readSendGridEvent } from './sendgrid';
import { readSesEvent } from './ses';
import { asSnsMessage, isOfSns, isSignedBySns, type SnsMessage, type SnsSource } from './sns';
import { UnreadableReportError } from './unreadable-report';

/** Who reports: a mail server by mail, or a provider by its webhook. */
export const reporters = ['MAIL', 'SENDGRID', 'MAILGUN', 'SES', 'POSTMARK'] as const;

type Reporter = (typeof reporters)[number];

const mostEvents = 5_000;

/**
 * Reads a report about e-mails. Mails are trusted for the Message-ID that they give back, which nobody else can know;
 * webhooks must show that they are of the account's provider.
 * @throws {UnreadableReportError} @throws {MalformedReportError} @throws {ReportLaterError} when a certificate cannot be
 * fetched now.
 */
export function readReport(request: ReportRequest): ReportReading | Promise<ReportReading> {
  const reporter = textSetting(request.settings, 'reports', 'MAIL') as Reporter;
  return readers[reporter](request);
}

const readers: Record<Reporter, (request: ReportRequest) => ReportReading | Promise<ReportReading>> = {
  MAIL: ({ body, receivedAt }) => {
    const receipts = readMailReport(body, receivedAt);
    if (!receipts) throw new UnreadableReportError('The mail is neither a bounce nor a complaint about one of ours');
    return { isAuthentic: true, receipts, ignored: receipts.length === 0 ? 1 : 0 };
  },
  SENDGRID: (request) => {
    const { headers, body, receivedAt } = request;
    if (!isSignedBySendGrid(headers, body, keyOf(request))) return notAuthentic('signed as SendGrid would');
    const events = parseJson(body.toString('utf8'));
    if (!Array.isArray(events) || events.length > mostEvents)
      throw new UnreadableReportError(`The body must be a JSON array of at most ${mostEvents} events`);
    return sorted(events.map((event) => (isObject(event) ? readSendGridEvent(event, receivedAt) : null)));
  },
  MAILGUN: (request) => {
    const call = objectIn(request, 'with signature and event-data') as MailgunCall;
    if (!isSignedByMailgun(call, keyOf(request))) return notAuthentic('signed as Mailgun would');
    return sorted([readMailgunEvent(call, request.receivedAt)]);
  },
  SES: async (request) => {
    const message = asSnsMessage(objectIn(request, 'as Amazon SNS posts it'));
    if (!message) throw new UnreadableReportError('The body is no message of Amazon SNS: switch raw delivery off');
    const source = sourceOf(request);
    if (message.TopicArn !== source.topic || !(await isSignedBySns(message, { get: request.get, ...source })))
      return notAuthentic('signed by Amazon SNS for the topic', 'settings');
    return message.Type === 'Notification' ? notified(message, request) : confirmed(message, request);
  },
  POSTMARK: (request) => {
    if (!isFromPostmark(request.headers, keyOf(request))) return notAuthentic('authenticated as Postmark would');
    return sorted([readPostmarkEvent(objectIn(request, 'as Postmark posts it'), request.receivedAt)]);
  },
};

function notified({ Message: text }: SnsMessage, { receivedAt }: ReportRequest): ReportReading {
  const event = parseJson(text);
  if (!isObject(event)) throw new UnreadableReportError('The message of Amazon SNS holds no event of Amazon SES');
  return sorted(readSesEvent(event, receivedAt) ?? [null]);
}

/** Amazon SNS sends nothing to an address that did not visit the link; it also tells of an address that was taken out. */
async function confirmed(
  { Type: type, SubscribeURL: url }: SnsMessage,
  request: ReportRequest,
): Promise<ReportReading> {
  if (type === 'UnsubscribeConfirmation')
    throw new UnreadableReportError('This address was taken out of the topic of Amazon SNS; subscribe it again');
  if (!url || !isOfSns(url, sourceOf(request))) return notAuthentic('confirmed at Amazon SNS', 'settings');
  await request.get(url);
  return { isAuthentic: true, receipts: [], ignored: 1 };
}

function objectIn({ body }: ReportRequest, shape: string): Record<string, unknown> {
  const value = parseJson(body.toString('utf8'));
  if (!isObject(value)) throw new UnreadableReportError(`The body must be a JSON object ${shape}`);
  return value;
}

const sourceOf = ({ settings }: ReportRequest): SnsSource => ({
  topic: textSetting(settings, 'reportsTopic'),
  sandbox: textSetting(settings, 'reportsHost'),
});

const keyOf = ({ settings }: ReportRequest): string => textSetting(settings, 'reportsKey');

function sorted(found: (Receipt | null)[]): ReportReading {
  const receipts = found.filter((receipt) => receipt !== null);
  return { isAuthentic: true, receipts, ignored: found.length - receipts.length };
}

function notAuthentic(how: string, by: 'key' | 'settings' = 'key'): ReportReading {
  return { isAuthentic: false, reason: `The request is not ${how} with the ${by} of this account` };
}
