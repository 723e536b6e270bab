import { request } from 'undici';

/** A mail that was taken and about which something is reported later. */
export interface ReportedMail {
  address: string;
  headers: string;
}

const boundary = 'report-of-the-far-end';

/** Posts reports about mails to the address that a sender names, as a mail server passes bounces and complaints on. */
export class MailReports {
  /** Where reports go; null while nobody wants them. */
  url: string | null = null;

  /** `late-bounce-…@` bounces after it was taken, `complains-…@` complains; others say nothing. */
  about(mail: ReportedMail): void {
    const report = reportOf(mail);
    if (!report || !this.url) return;
    const headers = { 'content-type': 'message/rfc822' };
    // The sender may be away: a mail about a mail is not sent twice.
    request(this.url, { method: 'POST', headers, body: report })
      .then(({ body }) => body.dump())
      .catch(() => undefined);
  }
}

function reportOf(mail: ReportedMail): string | null {
  if (/^late-bounce-/i.test(mail.address)) return bounceOf(mail);
  return /^complains-/i.test(mail.address) ? complaintOf(mail) : null;
}

/** A delivery status notification (RFC 3464). */
function bounceOf({ address, headers }: ReportedMail): string {
  return reportMail('delivery-status', 'Undelivered mail', [
    ['text/plain', 'Your message could not be delivered.'],
    [
      'message/delivery-status',
      `Reporting-MTA: dns; far-end.example\r\n\r\nFinal-Recipient: rfc822; ${address}\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 <${address}>: Recipient address rejected: User unknown`,
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
