import type { ReceivedEmail } from '../inbox/messages';
import { decodeWords, htmlOf, readableText, readPart } from './mime';

/** As much of a text as is kept to be shown. */
const shownCharacters = 4_000;

/** What is shown of a mail: its headers decoded, its readable text. */
export function readMail(raw: Buffer): Omit<ReceivedEmail, 'at' | 'messageId'> {
  const part = readPart(raw);
  const header = (name: string) => decodeWords(part.headers.get(name) ?? '');
  return {
    deliveryId: part.headers.get('x-delivery-id') || null,
    from: header('from'),
    to: header('to'),
    subject: header('subject'),
    text: readableText(part).slice(0, shownCharacters),
    html: htmlOf(part)?.slice(0, shownCharacters) ?? null,
    listUnsubscribe: part.headers.get('list-unsubscribe') ?? null,
  };
}
