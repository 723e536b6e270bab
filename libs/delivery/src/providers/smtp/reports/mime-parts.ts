/** One part of a mail: headers by lower-case name, unfolded, the first of each; the body decoded as text. */
export interface MailPart {
  headers: ReadonlyMap<string, string>;
  body: string;
}

const deepest = 5;
const mostParts = 50;

/** The leaves of a mail in their order; what breaks off is read as far as it goes. */
export function partsOf(raw: string): MailPart[] {
  return leavesOf(raw, 0).slice(0, mostParts);
}

/** Headers of a block of lines such as `Name: value`, folded lines joined. */
export function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const [, name = '', value = ''] = /^([!-9;-~]+):[ \t]*(.*)$/.exec(line) ?? [];
    if (name && !fields.has(name.toLowerCase())) fields.set(name.toLowerCase(), value.trim());
  }
  return fields;
}

/** The media type of a part, lower-case, without parameters. */
export function typeOf({ headers }: MailPart): string {
  return (headers.get('content-type') ?? 'text/plain').split(';')[0]?.trim().toLowerCase() ?? '';
}

function leavesOf(raw: string, depth: number): MailPart[] {
  const end = /\r?\n\r?\n/.exec(raw);
  const headers = fieldsOf(raw.slice(0, end?.index ?? raw.length));
  const body = end ? raw.slice(end.index + end[0].length) : '';
  const [, quoted, bare] =
    /^multipart\/.*?boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(headers.get('content-type') ?? '') ?? [];
  const boundary = quoted ?? bare;
  if (!boundary || depth >= deepest) return [{ headers, body: decoded(body, headers) }];
  const pieces = `\n${body}`.split(`\n--${boundary}`).slice(1, mostParts);
  return pieces
    .filter((piece) => !piece.startsWith('--'))
    .flatMap((piece) => leavesOf(piece.replace(/^[^\n]*\n/, '').replace(/\r$/, ''), depth + 1));
}

function decoded(body: string, headers: ReadonlyMap<string, string>): string {
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1');
  if (encoding !== 'quoted-printable') return body;
  const joined = body.replace(/=[ \t]*\r?\n/g, '');
  return joined.replace(/=([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
