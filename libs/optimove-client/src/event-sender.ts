import { createHmac } from 'node:crypto';
import { InvariantError } from '@libs/foundation';
import { type Dispatcher, getGlobalDispatcher } from 'undici';
import { assertNoPage, errorOf } from './answer';
import { brokenOff, readText } from './exchange';
import type { RateBudget } from './rate-budget';

/** Longest age of an event that Optimove takes, in ms. Optimove API: at most 7 days. */
export const oldestEventMs = 7 * 24 * 3_600_000;

/** Most events in one call. Optimove API: takes an array and says no limit; this keeps a call small. */
export const largestEventList = 1_000;

/** One event of one customer for saveEvent. */
export interface MetricEvent {
  event: string;
  customer: string;
  occurredAt: Date;
  /** Which message it was about. */
  context: Record<string, string | number>;
}

/** How events get to Optimove. */
export interface EventSenderOptions {
  /** Such as `https://metric-42.optimove.net/api/saveEvent`. */
  url: string;
  /** Signs every body and goes nowhere. */
  tenantToken: string;
  budget: RateBudget;
  dispatcher?: Dispatcher;
  /** Longest silence in ms; 60,000 when absent. */
  timeoutMs?: number;
}

const usualTimeoutMs = 60_000;
const path = 'api/saveEvent';

/** Lower-case hex HMAC-SHA256 of exactly these bytes. */
export function signatureOf(body: Buffer, tenantToken: string): string {
  return createHmac('sha256', tenantToken).update(body).digest('hex');
}

/** Sends signed events. Every call is made once: the caller knows whether another one may count twice. */
export class EventSender {
  constructor(private readonly options: EventSenderOptions) {}

  /**
   * `lastWord` is asked right before they go out, however long that waited; what it throws keeps them here.
   * @throws {OptimoveError}; {InvariantError} for no event, or more than {@link largestEventList}.
   */
  async save(events: MetricEvent[], lastWord?: () => Promise<void>): Promise<void> {
    if (events.length === 0 || events.length > largestEventList) {
      throw new InvariantError(`1 to ${largestEventList} events go into one call, not ${events.length}`);
    }
    await this.options.budget.take('metrics');
    await lastWord?.();
    const answer = await this.post(Buffer.from(JSON.stringify(events.map(toWire))));
    if (answer.status < 200 || answer.status >= 300) throw errorOf(answer, this.options.tenantToken);
    assertNoPage(answer);
  }

  private async post(body: Buffer) {
    const { url, tenantToken, dispatcher = getGlobalDispatcher(), timeoutMs = usualTimeoutMs } = this.options;
    const { origin, pathname, search } = new URL(url);
    try {
      const answer = await dispatcher.request({
        origin,
        path: pathname + search,
        method: 'POST',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'x-optimove-signature-version': '1',
          'x-optimove-signature-content': signatureOf(body, tenantToken),
        },
        body,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      return { path, status: answer.statusCode, text: await readText(answer.body, path), retryAfter: null };
    } catch (cause) {
      throw brokenOff(path, cause);
    }
  }
}

/** A sender of one tenant. Nothing is sent before the first call. */
export function createEventSender(options: EventSenderOptions): EventSender {
  return new EventSender(options);
}

function toWire({ event, customer, occurredAt, context }: MetricEvent): Record<string, unknown> {
  return { event, category: 'metric', timestamp: occurredAt.toISOString(), customer, context };
}
