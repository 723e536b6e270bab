import type { OutboundMessage, SendResult } from '@libs/delivery';
import { AccountBreaker } from './account-breaker';

const messages = [{ deliveryId: 'd1' }, { deliveryId: 'd2' }] as OutboundMessage[];
const down = (retryAfterMs: number | null = null): SendResult[] =>
  messages.map(({ deliveryId }) => ({
    outcome: 'RETRYABLE',
    deliveryId,
    reason: 'HTTP_503',
    detail: '',
    retryAfterMs,
  }));
const up: SendResult[] = messages.map(({ deliveryId }) => ({
  outcome: 'ACCEPTED',
  deliveryId,
  providerMessageId: null,
}));

describe('a provider account that is down', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const failing = async (breaker: AccountBreaker, times: number, answer = down()): Promise<void> => {
    for (let time = 0; time < times; time += 1) await breaker.run(messages, async () => answer);
  };

  it('is left alone after three batches of which nothing was taken, and every message is given back', async () => {
    const breaker = new AccountBreaker();
    await failing(breaker, 3);
    const work = jest.fn(async () => up);
    const results = await breaker.run(messages, work);
    expect(work).not.toHaveBeenCalled();
    expect(results).toMatchObject([
      { outcome: 'RETRYABLE', deliveryId: 'd1', reason: 'PROVIDER_PAUSED' },
      { outcome: 'RETRYABLE', deliveryId: 'd2', reason: 'PROVIDER_PAUSED' },
    ]);
    expect(breaker.waitMs()).toBeGreaterThan(0);
  });

  it('is left alone, too, when it gives no answers, whatever was not even written', async () => {
    const breaker = new AccountBreaker();
    const [first, second] = messages.map(({ deliveryId }) => deliveryId);
    const silent: SendResult[] = [
      { outcome: 'UNCERTAIN', deliveryId: first ?? '', reason: 'TIMEOUT', detail: '' },
      { outcome: 'RETRYABLE', deliveryId: second ?? '', reason: 'LATE', detail: '', retryAfterMs: null },
    ];
    await failing(breaker, 3, silent);
    expect(breaker.waitMs()).toBeGreaterThan(0);
  });

  it('is used again once it took something', async () => {
    const breaker = new AccountBreaker();
    await failing(breaker, 3);
    jest.advanceTimersByTime(1_001);
    expect(await breaker.run(messages, async () => up)).toEqual(up);
    expect(breaker.waitMs()).toBe(0);
    expect(await breaker.run(messages, async () => up)).toEqual(up);
  });

  it('is tried less and less often, and not before it asked to be', async () => {
    const breaker = new AccountBreaker();
    await failing(breaker, 3);
    const first = breaker.waitMs();
    jest.advanceTimersByTime(1_001);
    await failing(breaker, 1);
    expect(breaker.waitMs()).toBeGreaterThan(first);
    jest.advanceTimersByTime(2_001);
    await failing(breaker, 1, down(60_000));
    expect(breaker.waitMs()).toBe(60_000);
  });

  it('is not taken for down when it judged messages, or they came too late', async () => {
    const breaker = new AccountBreaker();
    const judged = down().map((result) => ({ ...result, isAboutMessage: true })) as SendResult[];
    const late = down().map((result) => ({ ...result, reason: 'LATE' })) as SendResult[];
    await failing(breaker, 5, judged);
    await failing(breaker, 5, late);
    await failing(breaker, 5, [...down().slice(0, 1), ...up.slice(1)]);
    expect(await breaker.run(messages, async () => up)).toEqual(up);
  });
});
