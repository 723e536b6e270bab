/** What a text can ask of us. */
export const smsKeywords = ['STOP', 'START', 'HELP'] as const;

/** One of {@link smsKeywords}. */
export type SmsKeyword = (typeof smsKeywords)[number];

/** First words that stop, whatever follows: who writes "stop sending me this" means it. */
const stops = new Set(['stop', 'stopall', 'stopp', 'unsubscribe', 'optout', 'arret', 'arrêt', 'alto', 'baja', 'parar']);
/** Words that mean it only when they stand alone. */
const alone = new Map<string, SmsKeyword>([
  ['cancel', 'STOP'],
  ['end', 'STOP'],
  ['quit', 'STOP'],
  ['start', 'START'],
  ['unstop', 'START'],
  ['subscribe', 'START'],
  ['optin', 'START'],
  ['help', 'HELP'],
  ['info', 'HELP'],
]);

/** The keyword of a text that somebody sent us; null when it is none. Case, punctuation and spaces around do not count. */
export function smsKeyword(text: string): SmsKeyword | null {
  const words =
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  const [first = ''] = words;
  if (stops.has(first) || words.slice(0, 2).join(' ') === 'opt out') return 'STOP';
  return alone.get(words.join('')) ?? null;
}
