/** Why an e-mail or a text did not arrive. The first three are for good: the address must not be used again. */
export const bounceCategories = [
  'BAD_MAILBOX',
  'SUPPRESSED',
  'UNKNOWN_NUMBER',
  'MAILBOX_FULL',
  'TEMPORARILY_DEFERRED',
  'CONTENT_REJECTED',
  'POLICY_RELATED',
  'SPAM_RELATED',
  'MAILBOX_INACTIVE',
  'NETWORK_ERRORS',
  'BAD_DOMAIN',
  'NO_ANSWER_FROM_HOST',
  'MESSAGE_EXPIRED',
  'OTHER',
] as const;

/** One of {@link bounceCategories}. */
export type BounceCategory = (typeof bounceCategories)[number];

/** Whether the address is dead; every other bounce leaves it addressable. */
export function isPermanent(category: BounceCategory): boolean {
  return category === 'BAD_MAILBOX' || category === 'SUPPRESSED' || category === 'UNKNOWN_NUMBER';
}

/** What servers say in words, where their codes are vaguer: looked at before the code. */
const telling: [RegExp, BounceCategory][] = [
  [/suppress(ed|ion)|previous(ly)? (hard[ -])?bounced|bounced address|inactive recipient/i, 'SUPPRESSED'],
  [/mailbox (is )?full|over ?quota|quota (is )?exceeded|exceed\w* (the )?(storage|quota)/i, 'MAILBOX_FULL'],
  [/\bspam\b|block ?list|black ?list|spamhaus|dnsbl|\brbl\b|bad reputation/i, 'SPAM_RELATED'],
];

/** Enhanced status codes (RFC 3463) without their class; a name that ends in a dot stands for the whole subject. */
const byDetail: [string, BounceCategory][] = [
  ['1.2', 'BAD_DOMAIN'],
  ['1.7', 'POLICY_RELATED'],
  ['1.8', 'POLICY_RELATED'],
  ['1.10', 'BAD_DOMAIN'],
  ['2.1', 'MAILBOX_INACTIVE'],
  ['2.2', 'MAILBOX_FULL'],
  ['2.3', 'CONTENT_REJECTED'],
  ['3.4', 'CONTENT_REJECTED'],
  ['4.1', 'NO_ANSWER_FROM_HOST'],
  ['4.4', 'BAD_DOMAIN'],
  ['4.7', 'MESSAGE_EXPIRED'],
  ['4.', 'NETWORK_ERRORS'],
  ['6.', 'CONTENT_REJECTED'],
  ['7.', 'POLICY_RELATED'],
];

const noMailbox = new Set(['1.1', '1.3', '1.6']);
const noMailboxInWords =
  /(user|recipient|mailbox|address|account)\b.{0,40}\b(unknown|not found|does ?n[o']t exist|invalid|unavailable)|no such (user|recipient|mailbox|address|person)|(unknown|invalid) (user|recipient|mailbox|address)/i;
/** Of whom the server speaks then is not who was written to. */
const senderInWords =
  /(?<!returned to )\b(sender|return[- ]path|envelope from|from address)\b.{0,40}(reject|unknown|invalid|not found|n[o']t exist|denied|verif|callout|callback|fail|error)|(invalid|unknown) sender|verif\w* (failed|failure) for/i;
const disabledInWords = /\b(disabled|deactivated|inactive)\b/i;

/**
 * Puts a refusal or bounce into its category by its enhanced status code, else by the words and the reply code.
 * @param status such as `5.1.1`; looked for in the text when absent. @param text the server's own words.
 */
export function classifyBounce(text: string, status?: string): BounceCategory {
  const [, kind, detail] = /\b([245])\.(\d{1,3}\.\d{1,3})\b/.exec(status ?? text) ?? [];
  const code = Number(/(?:^|[^\d.])([45]\d\d)(?=[ -]|$)/.exec(text)?.[1] ?? 0);
  const isForGood = kind === undefined ? code >= 500 : kind === '5';
  if (isForGood && detail && noMailbox.has(detail)) return 'BAD_MAILBOX';
  const told = telling.find(([words]) => words.test(text))?.[1];
  if (told && (isForGood || told !== 'SUPPRESSED')) return told;
  const named = byDetail.find(([name]) => (name.endsWith('.') ? detail?.startsWith(name) : detail === name))?.[1];
  if (named) return named;
  if (!isForGood) return kind === '4' || code >= 400 ? 'TEMPORARILY_DEFERRED' : 'OTHER';
  if (senderInWords.test(text)) return 'POLICY_RELATED';
  if (noMailboxInWords.test(text)) return 'BAD_MAILBOX';
  if (disabledInWords.test(text)) return 'MAILBOX_INACTIVE';
  return code === 552 ? 'MAILBOX_FULL' : 'OTHER';
}
