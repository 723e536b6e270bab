import type { CampaignContent, EmailContent, SmsContent } from './campaign-content';
import type { Finding } from './finding';
import { Findings } from './findings';
import { messageLimits as limits } from './message-limits';
import { checkInApp, checkInbox, checkWebPush } from './onsite-rules';
import { checkPush } from './push-rules';
import { checkReach } from './reach-rules';
import { checkSizes } from './size-rules';
import { smsSender } from './sms-parts';
import { checkTargeting } from './targeting';
import { isTemplate } from './text-template';

const emailAddress = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;]+$/;
const linkedAddress = /<(?:img|a)\b[^<>]*?\s(?:src|href)\s*=\s*(["'])([^"']*)\1/gi;
const wholeAddress = /^(?:[a-z][a-z0-9+.-]*:|#)/i;

/** Checks every field by itself: there, well-formed, within its bounds. */
export function checkFields(content: CampaignContent): Finding[] {
  const findings = new Findings();
  if (content.mobilePush) checkPush(findings, content.mobilePush);
  if (content.email) checkEmail(findings, content.email);
  if (content.sms) checkSms(findings, content.sms);
  if (content.webPush) checkWebPush(findings, content.webPush);
  if (content.inbox) checkInbox(findings, content.inbox);
  if (content.inApp) checkInApp(findings, content.inApp);
  checkSizes(findings, content);
  checkTargeting(findings, content);
  checkReach(findings, content);
  return findings.all;
}

function checkEmail(findings: Findings, email: EmailContent): void {
  const at = (name: keyof EmailContent): string[] => ['email', name];
  const address = { pattern: emailAddress, message: 'Write an e-mail address, e.g. news@example.com' };
  findings.require(at('fromAddress'), email.fromAddress);
  findings.require(at('subject'), email.subject);
  findings.require(at('html'), email.html);
  for (const name of ['fromAddress', 'replyTo'] as const) {
    findings.bound(at(name), email[name], limits.addressLength);
    if (isTemplate(email[name] ?? '')) findings.add(at(name), 'INVALID', 'An address cannot hold placeholders');
    findings.match(at(name), email[name], address);
  }
  findings.bound(at('fromName'), email.fromName, limits.nameLength);
  findings.bound(at('replyToName'), email.replyToName, limits.nameLength);
  if (email.hasUnsubscribeHeader === false) {
    const message = 'Mailbox providers ask bulk senders for the header and may refuse mails without it';
    findings.add(at('hasUnsubscribeHeader'), 'NO_UNSUBSCRIBE_HEADER', message, 'WARNING');
  }
  findings.bound(at('subject'), email.subject, limits.subjectLength);
  findings.bound(at('preheader'), email.preheader, limits.preheaderLength);
  if (email.subject.length > limits.subjectLengthShownWhole && !isTemplate(email.subject)) {
    findings.add(at('subject'), 'LIKELY_CLIPPED', 'Many inboxes show only the first 70 characters', 'WARNING');
  }
  checkHtmlSize(findings, email.html);
  checkAddresses(findings, email.html);
}

function checkHtmlSize(findings: Findings, html: string): void {
  const bytes = Buffer.byteLength(html);
  const path = ['email', 'html'];
  if (bytes > limits.htmlBytes) findings.add(path, 'TOO_LONG', `At most 500 KB; this has ${bytes} bytes`);
  else if (bytes > limits.htmlBytesShownWhole) {
    findings.add(path, 'LIKELY_CLIPPED', 'Common webmail clips mails of more than 100 KB', 'WARNING');
  }
}

/** A mail has no address of its own that a relative one could begin with. */
function checkAddresses(findings: Findings, html: string): void {
  const written = [...html.matchAll(linkedAddress)].map(([, , address = '']) => address.trim());
  const relative = written.find((address) => address !== '' && !wholeAddress.test(address) && !isTemplate(address));
  if (relative === undefined) return;
  const message = `"${relative.slice(0, 100)}" leads nowhere from a mail; write the whole address with https://`;
  findings.add(['email', 'html'], 'RELATIVE_ADDRESS', message, 'WARNING');
}

function checkSms(findings: Findings, sms: SmsContent): void {
  const path = ['sms', 'text'];
  const from = { pattern: smsSender, message: 'Write 3 to 11 letters and digits without spaces, or a number' };
  findings.match(['sms', 'from'], sms.from, from);
  findings.bound(['sms', 'from'], sms.from, limits.nameLength);
  findings.require(path, sms.text);
  findings.bound(path, sms.text, limits.smsTextLength);
}
