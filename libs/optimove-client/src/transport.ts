import { setTimeout as pause } from 'node:timers/promises';
import { redactText } from '@libs/foundation';
import { type Dispatcher, getGlobalDispatcher } from 'undici';
import {
  OptimoveRateLimitedError,
  OptimoveRejectedError,
  OptimoveUnauthorizedError,
  OptimoveUnavailableError,
  OptimoveUnexpectedAnswerError,
} from './errors';
import type { Lane, RateBudget } from './rate-budget';

/** How a client reaches Optimove. */
export interface TransportOptions {
  /** API base address, such as `https://api5.optimove.net/current/`. */
  endpoint: string;
  /** Goes into the header X-API-KEY and nowhere else. */
  apiKey: string;
  budget: RateBudget;
  /** Makes the connections; undici's global one when absent. */
  dispatcher?: Dispatcher;
  /** Longest wait for an answer in ms; 60,000 when absent. */
  timeoutMs?: number;
  /** Further tries of a call that may be repeated; 3 when absent. */
  retries?: number;
  /** First wait before a further try in ms; it doubles and is spread. 500 when absent. */
  backoffMs?: number;
  /** Called with the status of every answer. */
  onAnswer?: (status: number) => void | Promise<void>;
}

/** One call. */
export interface Call {
  lane: Lane;
  method: 'GET' | 'POST';
  /** `category/Function`, in the documented case. */
  path: string;
  query?: Record<string, string | number>;
  body?: unknown;
  /** Whether a call that failed half-way may simply be made again. */
  isRepeatable: boolean;
}

const defaults = { timeoutMs: 60_000, retries: 3, backoffMs: 500 };
const largestAnswer = 256 * 1024 * 1024;
const longestQuote = 200;

/** Makes calls: budget, key, time-out, retries, and errors as a closed set of classes. */
export class Transport {
  private readonly base: string;
  private readonly origin: string;

  constructor(private readonly options: TransportOptions) {
    this.base = options.endpoint.endsWith('/') ? options.endpoint : `${options.endpoint}/`;
    this.origin = new URL(this.base).origin;
  }

  /** The parsed JSON of the answer, or null when it was empty. @throws {OptimoveError} */
  async call(call: Call): Promise<unknown> {
    const retries = call.isRepeatable ? (this.options.retries ?? defaults.retries) : 0;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.callOnce(call);
      } catch (error) {
        const mayRetry = error instanceof OptimoveUnavailableError || error instanceof OptimoveRateLimitedError;
        if (!mayRetry || attempt >= retries) throw error;
        await pause(this.waitMs(attempt));
      }
    }
  }

  private async callOnce(call: Call): Promise<unknown> {
    await this.options.budget.take(call.lane);
    const { status, text } = await this.exchange(call);
    await this.options.onAnswer?.(status);
    if (status >= 200 && status < 300) return call.method === 'GET' ? parseAnswer(text, call.path) : null;
    throw errorOf(status, text, call.path);
  }

  private async exchange({ method, path, query = {}, body }: Call): Promise<{ status: number; text: string }> {
    const url = new URL(this.base + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const timeoutMs = this.options.timeoutMs ?? defaults.timeoutMs;
    try {
      const dispatcher = this.options.dispatcher ?? getGlobalDispatcher();
      const answer = await dispatcher.request({
        origin: this.origin,
        path: url.pathname + url.search,
        method,
        headers: {
          'x-api-key': this.options.apiKey,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      return { status: answer.statusCode, text: await readText(answer.body) };
    } catch (cause) {
      if ((cause as { code?: string }).code === 'OUTBOUND_REFUSED') throw cause;
      throw new OptimoveUnavailableError(`Optimove did not answer ${path}: ${reasonOf(cause)}`, { cause });
    }
  }

  private waitMs(attempt: number): number {
    const base = (this.options.backoffMs ?? defaults.backoffMs) * 2 ** attempt;
    return base / 2 + Math.random() * base;
  }
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > largestAnswer) throw new Error(`the answer is larger than ${largestAnswer} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** A cut JSON text is a connection that broke; a bare string is an error message in disguise. */
function parseAnswer(text: string, path: string): unknown {
  const trimmed = text.replace(/^\uFEFF/, '').trim();
  if (trimmed === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch (cause) {
    if (/^[[{]/.test(trimmed)) throw new OptimoveUnavailableError(`The answer to ${path} was cut off`, { cause });
    throw new OptimoveUnexpectedAnswerError(`${path} was answered with a text that is not JSON: ${quote(trimmed)}`);
  }
  if (typeof value === 'string') throw new OptimoveUnexpectedAnswerError(`${path} was answered with: ${quote(value)}`);
  return value;
}

function errorOf(status: number, text: string, path: string): Error {
  const message = `Optimove answered ${path} with ${status}: ${quote(text)}`;
  if (status === 401 || status === 403) return new OptimoveUnauthorizedError(message, status);
  if (status === 429) return new OptimoveRateLimitedError(message);
  if (status >= 500) return new OptimoveUnavailableError(message);
  return new OptimoveRejectedError(message, status);
}

function quote(text: string): string {
  return redactText(text.slice(0, longestQuote)) || 'no text';
}

function reasonOf(cause: unknown): string {
  const { code, message } = cause as { code?: string; message?: string };
  return code ?? message ?? 'unknown reason';
}
