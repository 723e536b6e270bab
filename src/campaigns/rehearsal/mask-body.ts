import { redact, redactText } from '@libs/foundation';

const longestShown = 4_000;
const mailAddress = /[^\s"'<>@,;:]+@([^\s"'<>@,;]+)/g;
const phoneNumber = /(^|[^\w.-])\+?\d{7,}(\d{2})(?![\w.-])/g;

/** A body for people to look at: secrets, e-mail addresses and long numbers are masked; at most 4,000 characters. */
export function maskBody(body: Buffer): string {
  return withoutSecrets(body.toString('utf8'))
    .replaceAll(mailAddress, '***@$1')
    .replaceAll(phoneNumber, '$1***$2')
    .slice(0, longestShown);
}

function withoutSecrets(text: string): string {
  try {
    return JSON.stringify(redact(JSON.parse(text)));
  } catch {
    return redactText(text);
  }
}
