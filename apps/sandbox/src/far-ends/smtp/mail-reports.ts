import { request } from 'undici';

/** A mail that was taken and about which something is reported later. */
export interface ReportedMail {
  address: string;
  headers: string;
}

const boundary = 'report-of-the-far-end';

/** What can be reported of a mail. */
export const mailFates = ['delivered', 'hard-bounce', 'soft-bounce', 'complaint'] as const;

/** One of {@link mailFates}. */
export type MailFate = (typeof mailFates)[number];

/** Action, status (RFC 3463) and words of a delivery status notification. */
const notifications: Record<Exclude<MailFate, 'complaint'>, [action: string, status: string, words: string]> = {
  delivered: ['delivered', '2.0.0', '250 2.0.0 Ok: queued'],
  'hard-bounce': ['failed', '5.1.1', '550 5.1.1 Recipient address rejected: User unknown'],
  'soft-bounce': ['failed', '5.2.2', '552 5.2.2 Mailbox full'],
};

/** Posts reports about mails to the address that a sender names, as a mail server passes bounces and complaints on. */
export class MailReports {
  /** Where reports go; null while nobody wants them. */
  url: string | null = null;

  /** `late-bounce-…@` bounces after it was taken, `complains-…@` complains; others say nothing. */
  about(mail: ReportedMail): void {
    const fate = fateOf(mail);
    // The sender may be away: a mail about a mail is not sent twice.
    if (fate) this.report(mail, fate).catch(() => undefined);
  }

  /** Reports of a mail, whatever its address. @returns the status of the answer; null when nobody wants reports. */
  async report(mail: ReportedMail, fate: MailFate): Promise<number | null> {
    if (!this.url) return null;
    const headers = { 'content-type': 'message/rfc822' };
    const body = fate === 'complaint' ? complaintOf(mail) : notificationOf(mail, notifications[fate]);
    const answer = await request(this.url, { method: 'POST', headers, body });
    await answer.body.dump();
    return answer.statusCode;
  }
}

function fateOf({ address }: ReportedMail): MailFate | null {
  if (/^late-bounce-/i.test(address)) return 'hard-bounce';
  return /^complains-/i.test(address) ? 'complaint' : null;
}

/** A delivery status notification (RFC 3464). */
function notificationOf({ address, headers }: ReportedMail, [action, status, words]: string[]): string {
  return reportMail('delivery-status', 'What became of your message', [
    ['text/plain', 'This is about a message that you sent.'],
    [
      'message/delivery-status',
      `Reporting-MTA: dns; far-end.example\r\n\r\nFinal-Recipient: rfc822; ${address}\r\nAction: ${action}\r\nStatus: ${status}\r\nDiagnostic-Code: smtp; ${words}`,
    ],
    ['text/rfc822-headers', headers],
  ]);
}

/** An abuse report (RFC 5965). */
function complaintOf({ address, headers }: ReportedMail): string {
  return reportMail('feedback-report', 'Abuse report', [
    ['text/plain', 'Somebody said that this is spam.'],
    [
      'message/feedback-report',
      `Feedback-Type: abuse\r\nUser-Agent: far-end/1\r\nVersion: 1\r\nOriginal-Rcpt-To: <${address}>`,
    ],
    ['message/rfc822', `${headers}\r\n\r\n(the text is left out)`],
  ]);
}

function reportMail(type: string, subject: string, parts: [type: string, body: string][]): string {
  const head = [
    'From: Mail Delivery System <mailer-daemon@far-end.example>',
    `Subject: ${subject}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=${type}; boundary="${boundary}"`,
  ].join('\r\n');
  const body = parts.map(([kind, text]) => `--${boundary}\r\nContent-Type: ${kind}\r\n\r\n${text}\r\n`).join('');
  return `${head}\r\n\r\n${body}--${boundary}--\r\n`;
}
