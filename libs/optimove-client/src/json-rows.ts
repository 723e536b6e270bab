import { assertNoPage } from './answer';
import { OptimoveUnavailableError, OptimoveUnexpectedAnswerError } from './errors';

const longestRow = 1024 * 1024;
const quote = 0x22;
const backslash = 0x5c;
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b;
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d;
const bare = /^[\s,]*$/;

/**
 * Rows of a JSON array as its text arrives, as many at a time as a piece completes: memory holds a piece and no answer.
 * Rows must be objects or arrays. An empty text and `null` are an empty array.
 * @throws {OptimoveUnavailableError} when the text ends inside the array, or is a page for people.
 */
export async function* jsonRows(text: AsyncIterable<string>, path: string): AsyncGenerator<unknown[]> {
  const reader = new RowReader(path);
  for await (const piece of text) {
    const rows = reader.read(piece);
    if (rows.length > 0) yield rows;
  }
  reader.end();
}

/** Finds where rows end without parsing them twice. */
class RowReader {
  private rest = '';
  private at = 0;
  private depth = 0;
  private isInText = false;
  private isOver = false;

  constructor(private readonly path: string) {}

  /** Rows that this piece completes. */
  read(piece: string): unknown[] {
    this.rest += piece;
    if (this.depth === 0 && !this.isOver) this.open();
    if (this.depth === 0) return [];
    const end = this.scan();
    if (end === 0) {
      if (this.rest.length > longestRow) throw this.unexpected(`a row longer than ${longestRow} characters`);
      return [];
    }
    const complete = this.rest.slice(0, end);
    this.rest = this.rest.slice(end);
    this.at -= end;
    return this.parse(complete);
  }

  /** Called when the text has ended. */
  end(): void {
    if (this.isOver) return;
    const text = this.rest.trim();
    if (this.depth === 0 && (text === '' || text === 'null')) return;
    if (this.depth > 0) throw new OptimoveUnavailableError(`The answer to ${this.path} was cut off`);
    throw this.unexpected(`${text.length} characters that are no list`);
  }

  /** Goes into the array. A bare string is an error message in disguise. */
  private open(): void {
    const start = this.rest.search(/\S/);
    if (start < 0 || this.rest[start] === 'n') return;
    assertNoPage({ path: this.path, text: this.rest });
    if (this.rest[start] !== '[') throw this.unexpected('something else than a list');
    this.rest = this.rest.slice(start + 1);
    this.depth = 1;
  }

  /** Where the last complete row ends; 0 when none does. */
  private scan(): number {
    let end = 0;
    for (; this.at < this.rest.length && !this.isOver; this.at += 1) {
      const code = this.rest.charCodeAt(this.at);
      if (this.isInText) {
        if (code === backslash) this.at += 1;
        else if (code === quote) this.isInText = false;
      } else if (code === quote) this.isInText = true;
      else if (isOpening(code)) this.depth += 1;
      else if (isClosing(code)) {
        this.depth -= 1;
        if (this.depth === 1) end = this.at + 1;
        this.isOver = this.depth === 0;
        if (this.isOver) end = this.at;
      }
    }
    return end;
  }

  private parse(text: string): unknown[] {
    if (bare.test(text)) return [];
    try {
      return JSON.parse(`[${text.replace(/^[\s,]+/, '')}]`) as unknown[];
    } catch {
      throw this.unexpected('text that is no JSON');
    }
  }

  private unexpected(what: string): OptimoveUnexpectedAnswerError {
    return new OptimoveUnexpectedAnswerError(`${this.path} was answered with ${what}`);
  }
}
