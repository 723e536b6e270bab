import { InFlightLimiter } from './in-flight-limiter';

describe('InFlightLimiter', () => {
  it('never runs more than the limit and runs everything', async () => {
    const limiter = new InFlightLimiter(3);
    let running = 0;
    let peak = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      running += 1;
      peak = Math.max(peak, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      done += 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => limiter.run(work)));
    expect({ peak, done }).toEqual({ peak: 3, done: 20 });
  });

  it('frees its place when the work fails', async () => {
    const limiter = new InFlightLimiter(1);
    await expect(limiter.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(limiter.run(async () => 'yes')).resolves.toBe('yes');
  });
});
