import { InFlightLimiter } from './in-flight-limiter';

const of = (executionId: string, projectId = 'shop') => ({ projectId, executionId });
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('work in flight', () => {
  it('is never more than the limit, and all of it is done', async () => {
    const limiter = new InFlightLimiter({ all: 3, perExecution: 2 });
    const running: Record<string, number> = { a: 0, b: 0 };
    const peaks = { all: 0, a: 0 };
    let done = 0;
    const work = (key: 'a' | 'b') => async (): Promise<void> => {
      running[key] = (running[key] ?? 0) + 1;
      peaks.all = Math.max(peaks.all, (running.a ?? 0) + (running.b ?? 0));
      peaks.a = Math.max(peaks.a, running.a ?? 0);
      await turn();
      running[key] = (running[key] ?? 0) - 1;
      done += 1;
    };
    const keys = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'a' : 'b'));
    await Promise.all(keys.map((key) => limiter.run(of(key), work(key))));
    expect({ peaks, done }).toEqual({ peaks: { all: 3, a: 2 }, done: 20 });
  });

  it('of an execution that hangs leaves room for the others', async () => {
    const limiter = new InFlightLimiter({ all: 3, perExecution: 2 });
    const hanging = new Promise<void>(() => undefined);
    for (let count = 0; count < 10; count += 1) void limiter.run(of('hangs'), () => hanging);
    await expect(limiter.run(of('works'), async () => 'done')).resolves.toBe('done');
  });

  it('takes turns: a little of one execution does not wait for the whole of another', async () => {
    const limiter = new InFlightLimiter({ all: 1, perExecution: 1 });
    const order: string[] = [];
    const step = (name: string) => async (): Promise<void> => {
      await turn();
      order.push(name);
    };
    const large = ['1', '2', '3', '4'].map((name) => limiter.run(of('large'), step(name)));
    await Promise.all([...large, limiter.run(of('small'), step('small'))]);
    expect(order.indexOf('small')).toBeLessThanOrEqual(2);
    expect(order).toHaveLength(5);
  });

  it('takes turns between projects first, then between the executions of each', async () => {
    const limiter = new InFlightLimiter({ all: 1, perExecution: 1 });
    const order: string[] = [];
    const run = (project: string, execution: string): Promise<void> =>
      limiter.run(of(execution, project), async () => {
        order.push(`${project}.${execution}`);
        await turn();
      });
    const begun = run('first', '0');
    const many = ['1', '2', '3', '1', '2', '3'].map((execution) => run('many', execution));
    const few = ['1', '1', '1'].map((execution) => run('few', execution));
    await Promise.all([begun, ...many, ...few]);
    expect(order).toEqual([
      'first.0',
      ...['many.1', 'few.1', 'many.2', 'few.1', 'many.3', 'few.1'],
      ...['many.1', 'many.2', 'many.3'],
    ]);
  });

  it('frees its place when it fails', async () => {
    const limiter = new InFlightLimiter({ all: 1, perExecution: 1 });
    await expect(limiter.run(of('a'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(limiter.run(of('b'), async () => 'yes')).resolves.toBe('yes');
  });

  describe('that is jammed', () => {
    const jammed = (result: boolean): boolean => result;

    /** How many run at once when there is more than enough to do. */
    async function atOnce(limiter: InFlightLimiter, isJammed = false): Promise<number> {
      let [running, peak] = [0, 0];
      const work = async (): Promise<boolean> => {
        running += 1;
        peak = Math.max(peak, running);
        await turn();
        running -= 1;
        return isJammed;
      };
      await Promise.all(Array.from({ length: 40 }, () => limiter.run(of('a'), work, jammed)));
      return peak;
    }

    it('is halved once for everything that ran in the same jam', async () => {
      const limiter = new InFlightLimiter({ all: 8, perExecution: 8 });
      await Promise.all(Array.from({ length: 8 }, () => limiter.run(of('a'), () => turn().then(() => true), jammed)));
      let running = 0;
      const hanging = Array.from({ length: 8 }, () =>
        limiter.run(of('a'), async () => {
          running += 1;
          await turn();
          return running;
        }),
      );
      expect(running).toBe(4);
      await Promise.all(hanging);
    });

    describe('by something more urgent that is late', () => {
      beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
      afterEach(() => jest.useRealTimers());

      /** Work that does not end, as far as it was let in. */
      function hanging(limiter: InFlightLimiter): { running: number } {
        const begun = { running: 0 };
        const hangs = async (): Promise<void> => {
          begun.running += 1;
          await new Promise<void>(() => undefined);
        };
        for (let count = 0; count < 24; count += 1) void limiter.run(of('a'), hangs);
        return begun;
      }

      it('is halved down to one, and comes back with time though none of it ends', async () => {
        const limiter = new InFlightLimiter({ all: 16, perExecution: 16 });
        for (let times = 0; times < 5; times += 1) limiter.giveWay();
        const begun = hanging(limiter);
        const seen: number[] = [];
        for (let seconds = 0; seconds < 9; seconds += 1) {
          seen.push(begun.running);
          jest.advanceTimersByTime(1_000);
          await turn();
        }
        expect(seen).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 16]);
        expect(jest.getTimerCount()).toBe(0);
      });

      it('stays as it is while that goes on', () => {
        const limiter = new InFlightLimiter({ all: 16, perExecution: 16 });
        for (let times = 0; times < 20; times += 1) {
          limiter.giveWay();
          jest.advanceTimersByTime(900);
        }
        expect(hanging(limiter).running).toBe(1);
      });

      it('rests after each piece of work when it is down to one, ten times as long as that took and no longer than a second', async () => {
        const limiter = new InFlightLimiter({ all: 8, perExecution: 8 });
        const begun: number[] = [];
        const take = (ms: number): Promise<void> =>
          limiter.run(of('a'), async () => {
            begun.push(ms);
            await new Promise((resolve) => setTimeout(resolve, ms));
          });
        for (let times = 0; times < 5; times += 1) limiter.giveWay();
        for (const ms of [50, 900, 1]) void take(ms);
        const seen: number[] = [];
        for (const ms of [50, 499, 1, 900, 999, 1]) {
          for (let times = 0; times < 5; times += 1) limiter.giveWay();
          jest.advanceTimersByTime(ms);
          await turn();
          seen.push(begun.length);
        }
        expect(seen).toEqual([1, 1, 2, 2, 2, 3]);
      });

      it('does not rest while nothing is late, though there is one place only', async () => {
        const limiter = new InFlightLimiter({ all: 1, perExecution: 1 });
        const work = async (): Promise<void> => jest.advanceTimersByTime(100);
        await limiter.run(of('a'), work);
        await expect(limiter.run(of('a'), async () => 'next')).resolves.toBe('next');
        expect(jest.getTimerCount()).toBe(0);
      });

      it('does not get back what its own jam takes', async () => {
        const limiter = new InFlightLimiter({ all: 8, perExecution: 8 });
        limiter.giveWay();
        await atOnce(limiter, true);
        jest.advanceTimersByTime(60_000);
        expect(hanging(limiter).running).toBe(1);
      });
    });

    it('never comes to a stop, and grows back when the jam is over', async () => {
      const limiter = new InFlightLimiter({ all: 8, perExecution: 6 });
      await atOnce(limiter, true);
      expect(await atOnce(limiter, true)).toBe(1);
      await atOnce(limiter);
      expect(await atOnce(limiter)).toBe(6);
    });
  });
});
