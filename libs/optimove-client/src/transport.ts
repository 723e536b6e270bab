import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type Dispatcher, getGlobalDispatcher } from 'undici';
import { type Answer, assertNoPage, errorOf, readAnswer } from './answer';
import { OptimoveRateLimitedError, OptimoveUnavailableError } from './errors';
import { brokenOff, readText } from './exchange';
import type { Lane, RateBudget } from './rate-budget';

/** How a client reaches Optimove. */
export interface TransportOptions {
  /** API base address, such as `https://api5.optimove.net/current/`; the last slash may be left out. */
  endpoint: string;
  /** Goes into the header X-API-KEY and nowhere else. */
  apiKey: string;
  budget: RateBudget;
  /** Makes the connections; undici's global one when absent. */
  dispatcher?: Dispatcher;
  /** Longest silence in ms, before an answer begins and within it; 60,000 when absent. */
  timeoutMs?: number;
  /** Further tries of a call that may be repeated, each with its own budget; 3 when absent. */
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
  /** Not repeated, because a first try that Optimove answers late may count twice or undo a newer one. */
  isMadeOnce?: boolean;
  /** Asked once the budget lets the call go; what it throws keeps the call from going out. */
  lastWord?: () => Promise<void>;
  /** Longest silence in ms of this call, where it needs more patience than the others. */
  timeoutMs?: number;
}

interface OpenAnswer extends Omit<Answer, 'text'> {
  body: Readable;
}

const defaults = { timeoutMs: 60_000, retries: 3, backoffMs: 500 };
/** The window of Optimove's limit. Who is asked to wait for longer gives up, so that a queue may do the waiting. */
const longestWaitMs = 10_000;

/** Makes calls: budget, key, time-out, retries, and errors as a closed set of classes. Follows no redirect. */
export class Transport {
  private readonly base: string;
  private readonly origin: string;

  constructor(private readonly options: TransportOptions) {
    this.base = options.endpoint.endsWith('/') ? options.endpoint : `${options.endpoint}/`;
    this.origin = new URL(this.base).origin;
  }

  /** The parsed JSON of what was read, or null when it was empty or the call wrote. @throws {OptimoveError} */
  async call(call: Call): Promise<unknown> {
    const retries = call.isMadeOnce ? 0 : (this.options.retries ?? defaults.retries);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.callOnce(call);
      } catch (error) {
        const waitMs = this.waitMs(error, attempt);
        if (waitMs === null || attempt >= retries) throw error;
        await pause(waitMs);
      }
    }
  }

  /**
   * The body of a read as it arrives, for answers that are too large to hold. Tried once: whoever reads on has to know
   * that it began anew. @throws {OptimoveError} also in the middle, when the connection breaks.
   */
  async *stream(call: Call): AsyncGenerator<string> {
    await this.options.budget.take(call.lane);
    const answer = await this.open(call);
    await this.options.onAnswer?.(answer.status);
    if (answer.status < 200 || answer.status >= 300) {
      throw errorOf({ ...answer, text: await readText(answer.body, call.path) }, this.options.apiKey);
    }
    answer.body.setEncoding('utf8');
    try {
      for await (const piece of answer.body) yield String(piece);
    } catch (cause) {
      throw brokenOff(call.path, cause);
    }
  }

  private async callOnce(call: Call): Promise<unknown> {
    await this.options.budget.take(call.lane);
    await call.lastWord?.();
    const answer = await this.exchange(call);
    await this.options.onAnswer?.(answer.status);
    if (answer.status < 200 || answer.status >= 300) throw errorOf(answer, this.options.apiKey);
    if (call.method === 'GET') return readAnswer(answer, this.options.apiKey);
    assertNoPage(answer);
    return null;
  }

  private async exchange(call: Call): Promise<Answer> {
    const { body, ...answer } = await this.open(call);
    try {
      return { ...answer, text: await readText(body, call.path) };
    } catch (cause) {
      throw brokenOff(call.path, cause);
    }
  }

  private async open(call: Call): Promise<OpenAnswer> {
    const { method, path, query = {}, body } = call;
    const url = new URL(this.base + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const timeoutMs = call.timeoutMs ?? this.options.timeoutMs ?? defaults.timeoutMs;
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
      const retryAfter = [answer.headers['retry-after']].flat()[0] ?? null;
      return { path, status: answer.statusCode, body: answer.body, retryAfter };
    } catch (cause) {
      throw brokenOff(path, cause);
    }
  }

  /** How long to wait before the next try; null when another try makes no sense or has to wait for too long. */
  private waitMs(error: unknown, attempt: number): number | null {
    if (!(error instanceof OptimoveUnavailableError || error instanceof OptimoveRateLimitedError)) return null;
    const base = (this.options.backoffMs ?? defaults.backoffMs) * 2 ** attempt;
    const spread = Math.min(base / 2 + Math.random() * base, longestWaitMs);
    const askedFor = error.retryAfterMs ?? 0;
    return askedFor > longestWaitMs ? null : Math.max(spread, askedFor);
  }
}
