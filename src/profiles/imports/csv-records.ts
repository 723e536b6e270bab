import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** One record of a CSV file: its cells, or why they cannot be read. */
export type CsvRecord = { line: number; raw: string } & ({ cells: string[] } | { reason: string });

interface Line {
  line: number;
  text: string;
}

const largestRecord = 64 * 1024;
const problems = {
  openQuote: 'The line is not valid CSV: a quote is opened and not closed',
  brokenQuote: 'The line is not valid CSV: quote a whole cell and double the quotes in it',
  long: `The line is longer than ${largestRecord} characters`,
};

/**
 * Records of a CSV file (RFC 4180, UTF-8) as it arrives, by the piece. A record may span lines when a cell is quoted.
 * A quote that is broken or never closed costs its own line only: reading goes on with the next one.
 */
export async function* csvRecords(file: Readable): AsyncGenerator<CsvRecord[]> {
  const reader = new RecordReader();
  const decoder = new StringDecoder('utf8');
  try {
    for await (const part of file.iterator({ destroyOnReturn: false })) {
      yield reader.read(decoder.write(part as Buffer));
    }
    yield reader.end(decoder.end());
  } finally {
    // A refused upload runs off unread: destroying it would cut the connection that the answer goes out on.
    file.resume();
  }
}

/** Puts pieces of text together to lines and lines to records. */
export class RecordReader {
  private rest = '';
  private line = 0;
  private open: Line[] = [];
  private openSize = 0;
  private isQuoteOpen = false;

  /** Records that this piece completes. */
  read(text: string): CsvRecord[] {
    const lines = (this.rest + text).split('\n');
    // A line that is too long is refused in the end; its tail need not be held.
    this.rest = (lines.pop() ?? '').slice(0, largestRecord + 1);
    return lines.flatMap((each) => this.take(this.number(each)));
  }

  /** What is left at the end of the file. */
  end(text: string): CsvRecord[] {
    const records = this.read(text);
    records.push(...this.take(this.number(this.rest)));
    this.rest = '';
    while (this.open.length > 0) records.push(...this.refuseFirst(problems.openQuote));
    return records;
  }

  private number(text: string): Line {
    this.line += 1;
    const bare = this.line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
    return { line: this.line, text: bare.endsWith('\r') ? bare.slice(0, -1) : bare };
  }

  private take(line: Line): CsvRecord[] {
    if (line.text === '' && this.open.length === 0) return [];
    this.open.push(line);
    this.openSize += line.text.length;
    if (hasOddQuotes(line.text)) this.isQuoteOpen = !this.isQuoteOpen;
    if (this.openSize > largestRecord) return this.refuseFirst(problems.long);
    return this.isQuoteOpen ? [] : this.close();
  }

  private close(): CsvRecord[] {
    const raw = this.open.map(({ text }) => text).join('\n');
    const cells = cellsOf(raw);
    if (!cells) return this.refuseFirst(problems.brokenQuote);
    const [first] = this.forget();
    return [{ line: first?.line ?? this.line, raw, cells }];
  }

  /** Gives up the line at which the open record began and reads the lines after it anew. */
  private refuseFirst(reason: string): CsvRecord[] {
    const [first, ...others] = this.forget();
    if (!first) return [];
    const refused = { line: first.line, raw: first.text, reason: others.length > 0 ? problems.openQuote : reason };
    return [refused, ...others.flatMap((line) => this.take(line))];
  }

  private forget(): Line[] {
    const lines = this.open;
    this.open = [];
    this.openSize = 0;
    this.isQuoteOpen = false;
    return lines;
  }
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

/** The cells of a whole record, or null when a quote stands where none may. */
function cellsOf(raw: string): string[] | null {
  if (!raw.includes('"')) return raw.split(',');
  const cells: string[] = [];
  for (let at = 0; at <= raw.length; ) {
    const isQuoted = raw[at] === '"';
    const end = isQuoted ? endOfQuoted(raw, at) : endOfPlain(raw, at);
    if (end === null || (end < raw.length && raw[end] !== ',')) return null;
    cells.push(isQuoted ? raw.slice(at + 1, end - 1).replaceAll('""', '"') : raw.slice(at, end));
    at = end + 1;
  }
  return cells;
}

function endOfPlain(raw: string, from: number): number | null {
  const comma = raw.indexOf(',', from);
  const end = comma < 0 ? raw.length : comma;
  const quote = raw.indexOf('"', from);
  return quote >= 0 && quote < end ? null : end;
}

/** Behind the quote that closes; two in a row are one that is meant. */
function endOfQuoted(raw: string, from: number): number | null {
  let quote = raw.indexOf('"', from + 1);
  while (quote >= 0 && raw[quote + 1] === '"') quote = raw.indexOf('"', quote + 2);
  return quote < 0 ? null : quote + 1;
}
