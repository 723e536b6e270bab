import { besideBulk, isBeside } from './beside-bulk';
import type { LoadResult } from './open-load';

const result: LoadResult = { offered: 1, lost: 0, answerP99: 1, handOverP50: 1, handOverP99: 1, others: 0 };

describe('rounds beside a bulk execution', () => {
  let begun: number[];
  beforeEach(() => {
    begun = [];
  });

  /** A bulk execution that sends one message while a round runs, to one in a hundred of its people, and stands still at `stall`. */
  const run = (customers: number, { wanted = 5, stall = Number.POSITIVE_INFINITY, most = 3 } = {}) => {
    let [total, gone] = [0, 0];
    const begin = async (count: number) => {
      if (begun.push(count) > most) throw new Error('The execution did not begin');
      [total, gone] = [count / 100, 0];
      return async () => (gone < total ? gone : null);
    };
    const round = async () => {
      const before = gone;
      gone = Math.min(gone + 1, stall);
      return { ...result, others: gone - before };
    };
    return besideBulk({ customers, wanted }, begin, round);
  };
  const outcome = async (rounds: ReturnType<typeof run>): Promise<string> =>
    (await rounds).map((each) => (isBeside(each) ? 'beside' : 'not')).join(' ');

  it('need no other one when it lasts', async () => {
    expect(await outcome(run(600))).toBe('beside beside beside beside beside');
    expect(begun).toEqual([600]);
  });

  it('go on beside one of twice the people when it ends, and the round in which it ended counts for nothing', async () => {
    expect(await outcome(run(300))).toBe('beside beside not beside beside beside');
    expect(begun).toEqual([300, 600]);
  });

  it('are fewer when none lasts', async () => {
    expect(await outcome(run(100, { wanted: 8 }))).toBe('not beside not beside beside beside not');
    expect(begun).toEqual([100, 200, 400]);
  });

  it('count while one goes so slowly that no chunk of it ends', async () => {
    const rounds = await besideBulk(
      { customers: 100, wanted: 2 },
      async () => async () => 0,
      async () => ({ ...result, others: 1 }),
    );
    expect(rounds.map(isBeside)).toEqual([true, true]);
  });

  it('stay when the next one does not begin', async () => {
    expect(await outcome(run(300, { most: 1 }))).toBe('beside beside not');
  });

  it('are none beside one of which nothing goes out any more', async () => {
    expect(await outcome(run(1_000, { stall: 1 }))).toBe('beside not beside not beside not');
  });
});
