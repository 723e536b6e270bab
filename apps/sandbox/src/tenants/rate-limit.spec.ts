import { RateLimit } from './rate-limit';

describe('a rate limit', () => {
  it('lets no window hold more calls than allowed, wherever the window begins', () => {
    let now = 0;
    const limit = new RateLimit(10_000, () => now);
    const taken: number[] = [];
    for (now = 0; now < 60_000; now += 130) if (limit.take('a', 50)) taken.push(now);
    for (const from of taken) {
      expect(taken.filter((time) => time >= from && time < from + 10_000).length).toBeLessThanOrEqual(50);
    }
    expect(taken.length).toBeGreaterThanOrEqual(6 * 50);
  });

  it('counts every key for itself, and nothing without a limit', () => {
    const limit = new RateLimit(10_000, () => 0);
    expect(['a', 'a', 'b'].map((key) => limit.take(key, 1))).toEqual([true, false, true]);
    expect(limit.take('a', null)).toBe(true);
  });
});
