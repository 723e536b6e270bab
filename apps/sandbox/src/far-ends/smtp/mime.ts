/** Headers by lower-case name, the first of each, unfolded; and the undecoded body. */
export interface MimePart {
  headers: ReadonlyMap<string, string>;
  body: Buffer;
}

const deepestNesting = 5;

/** Splits headers from body. Never throws: what is not a header is left out. */
export function readPart(raw: Buffer): MimePart {
  const separator = /\r?\n\r?\n/.exec(raw.toString('latin1'));
  const headEnd = separator?.index ?? raw.length;
  const head = raw.toString('utf8', 0, headEnd).replace(/\r?\n[ \t]+/g, ' ');
  const headers = new Map<string, string>();
  for (const line of head.split(/\r?\n/)) {
    const [, name, value] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name && value !== undefined && !headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), value.trim());
  }
  return { headers, body: raw.subarray(headEnd + (separator?.[0].length ?? 0)) };
}

/** The text a mail reader would show: the plain alternative, else the HTML with its tags taken out, else nothing. */
export function readableText(part: MimePart): string {
  const leaves = leavesOf(part, 0);
  const plain = leaves.find((leaf) => typeOf(leaf).startsWith('text/plain'));
  if (plain) return decodeBody(plain);
  const html = leaves.find((leaf) => typeOf(leaf).startsWith('text/html'));
  return html ? withoutTags(decodeBody(html)) : '';
}

/** The HTML alternative as it was sent; null when there is none. */
export function htmlOf(part: MimePart): string | null {
  const html = leavesOf(part, 0).find((leaf) => typeOf(leaf).startsWith('text/html'));
  return html ? decodeBody(html) : null;
}

/** Decodes the encoded words of a header (RFC 2047). */
export function decodeWords(value: string): string {
  const joined = value.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(/=\?([\w-]+)\?([bq])\?([^?]*)\?=/gi, (_, charset: string, encoding: string, text: string) => {
    const bytes = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : quotedBytes(text.replaceAll('_', ' '));
    return decodeCharset(bytes, charset);
  });
}

function leavesOf(part: MimePart, depth: number): MimePart[] {
  const [, quoted, bare] = /^multipart\/.*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(typeOf(part)) ?? [];
  const boundary = quoted ?? bare;
  if (!boundary || depth >= deepestNesting) return [part];
  const pieces = `\r\n${part.body.toString('latin1')}`.split(`\r\n--${boundary}`).slice(1);
  const inner = pieces.filter((piece) => !piece.startsWith('--'));
  return inner.flatMap((piece) => leavesOf(readPart(Buffer.from(piece.replace(/^.*\r\n/, ''), 'latin1')), depth + 1));
}

function typeOf(part: MimePart): string {
  return part.headers.get('content-type') ?? 'text/plain';
}

function decodeBody(part: MimePart): string {
  const charset = /charset="?([\w-]+)/i.exec(typeOf(part))?.[1] ?? 'utf-8';
  return decodeCharset(transferred(part), charset).replaceAll('\r\n', '\n').trimEnd();
}

function transferred({ headers, body }: MimePart): Buffer {
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body.toString('latin1'), 'base64');
  if (encoding === 'quoted-printable') return quotedBytes(body.toString('latin1').replace(/=[ \t]*\r?\n/g, ''));
  return body;
}

function quotedBytes(text: string): Buffer {
  const bytes = text.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

function decodeCharset(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

function withoutTags(html: string): string {
  const body = html.replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, '').replace(/<[^>]+>/g, ' ');
  return body.replace(/[ \t]+/g, ' ').trim();
}
