import { redactText } from '@libs/foundation';
import {
  OptimoveRateLimitedError,
  OptimoveRejectedError,
  OptimoveUnauthorizedError,
  OptimoveUnavailableError,
  OptimoveUnexpectedAnswerError,
} from './errors';

/** What came back for a call. */
export interface Answer {
  /** The function that was called, `category/Function`. */
  path: string;
  status: number;
  text: string;
  /** The header Retry-After as it came. */
  retryAfter: string | null;
}

const longestQuote = 200;
const longestSource = 4_096;
const eMailAddress = /[^\s"'<>,;:]+@[^\s"'<>,;:]+/g;
const phoneLike = /\+?\d{7,}/g;
/** Time-outs on the way (408) and calls that came too early (425): passing, though they look like refusals. */
const passing = new Set([408, 425]);

/**
 * The JSON of a 2xx answer; null when it is empty. A cut JSON text is a connection that broke, a bare string is an error
 * message in disguise. What the parser says is dropped, because it quotes the page and with it customers.
 */
export function readAnswer({ path, text }: Answer, apiKey: string): unknown {
  assertNoPage({ path, text });
  const trimmed = text.trim();
  if (trimmed === '') return null;
  const parsed = parse(trimmed);
  if (!parsed) {
    if (/^[[{]/.test(trimmed)) throw new OptimoveUnavailableError(`The answer to ${path} was cut off`);
    throw new OptimoveUnexpectedAnswerError(`${path} was answered with ${trimmed.length} characters that are not JSON`);
  }
  if (typeof parsed.value !== 'string') return parsed.value;
  throw new OptimoveUnexpectedAnswerError(`${path} was answered with: ${quote(parsed.value, apiKey)}`);
}

/**
 * A page for people in a 2xx is of a gateway on the way: nobody knows whether Optimove was asked.
 * @throws {OptimoveUnavailableError} for such a page.
 */
export function assertNoPage({ path, text }: Pick<Answer, 'path' | 'text'>): void {
  if (/^\s*</.test(text)) throw new OptimoveUnavailableError(`${path} was answered with a page for people`);
}

/** The error of an answer that is not 2xx. */
export function errorOf({ path, status, text, retryAfter }: Answer, apiKey: string): Error {
  const message = `Optimove answered ${path} with ${status}: ${quote(messageIn(text), apiKey)}`;
  if (status === 401 || status === 403) return new OptimoveUnauthorizedError(message, status);
  if (status === 429) return new OptimoveRateLimitedError(message, toMs(retryAfter));
  if (status >= 500 || passing.has(status)) {
    return new OptimoveUnavailableError(message, { retryAfterMs: toMs(retryAfter) });
  }
  return new OptimoveRejectedError(message, status);
}

/** Optimove's own words: a JSON string, a plain text, or the message of an object; of anything else nothing. */
function messageIn(text: string): string {
  const parsed = parse(text);
  if (!parsed) return /^\s*[[{<]/.test(text) ? '' : text;
  if (typeof parsed.value === 'string') return parsed.value;
  const { message, Message, error } = (parsed.value ?? {}) as Record<string, unknown>;
  return [message, Message, error].find((each) => typeof each === 'string') ?? '';
}

/** The key goes first and from the whole text, so that no cut can leave a part of it. */
function quote(text: string, apiKey: string): string {
  const withoutKey = apiKey === '' ? text : text.replaceAll(apiKey, '***');
  const masked = redactText(withoutKey.slice(0, longestSource)).replace(eMailAddress, '***').replace(phoneLike, '***');
  return masked.trim().slice(0, longestQuote) || 'no text';
}

function parse(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** Retry-After is a number of seconds or a date. */
function toMs(retryAfter: string | null): number | null {
  if (retryAfter === null) return null;
  if (/^\s*\d+\s*$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}
