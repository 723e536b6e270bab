import { WakeUps } from './wake-ups';

const one = new Map([['one', 1]]);

describe('workers of an execution whose callbacks wait', () => {
  let told: string[];
  let wakeUps: WakeUps;

  beforeEach(() => {
    jest.useFakeTimers();
    told = [];
    wakeUps = new WakeUps({ few: 50, many: 400, areMany: 12 }, async (id) => void told.push(id));
  });
  afterEach(() => jest.useRealTimers());

  const commit = (ids = one): string[] => {
    const due = wakeUps.due(ids);
    wakeUps.committed(ids, due);
    return due;
  };

  it('are told with the first commit, and of all that follow soon once, after the last of them', () => {
    expect(commit()).toEqual(['one']);
    jest.advanceTimersByTime(10);
    expect([commit(), commit()]).toEqual([[], []]);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(40);
    expect(told).toEqual(['one']);
    jest.advanceTimersByTime(1_000);
    expect(told).toEqual(['one']);
    expect(commit()).toEqual(['one']);
  });

  it('are told of each execution by itself', () => {
    commit();
    expect(
      commit(
        new Map([
          ['one', 1],
          ['other', 1],
        ]),
      ),
    ).toEqual(['other']);
    jest.advanceTimersByTime(50);
    expect(told).toEqual(['one']);
  });

  it('are told of a crowd less often, for they look again by themselves, and of the last few of it soon', () => {
    const crowd = new Map([['one', 12]]);
    expect(commit(crowd)).toEqual(['one']);
    jest.advanceTimersByTime(100);
    expect(commit(crowd)).toEqual([]);
    jest.advanceTimersByTime(299);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['one']);
    jest.advanceTimersByTime(100);
    expect(commit()).toEqual(['one']);
  });

  it('are told of what a commit brought that took longer than the pause, and only after it', () => {
    commit();
    jest.advanceTimersByTime(10);
    const due = wakeUps.due(one);
    jest.advanceTimersByTime(200);
    expect(told).toEqual([]);
    wakeUps.committed(one, due);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(['one']);
  });

  it('are told of what is owed when the process ends, and at once of what it still commits', async () => {
    commit();
    commit();
    await wakeUps.end();
    expect(told).toEqual(['one']);
    expect([commit(), commit()]).toEqual([['one'], ['one']]);
    jest.advanceTimersByTime(1_000);
    expect(told).toEqual(['one']);
  });
});
