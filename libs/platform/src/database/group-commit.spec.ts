import { GroupCommit } from './group-commit';

describe('writing in groups', () => {
  it('writes what arrives during a write together, in order, never more than allowed at once', async () => {
    const groups: number[][] = [];
    const commit = new GroupCommit<number, string>(3, async (items) => {
      groups.push(items);
      return items.map((item) => `r${item}`);
    });
    const results = await Promise.all([1, 2, 3, 4, 5, 6].map((item) => commit.add(item)));
    expect(results).toEqual(['r1', 'r2', 'r3', 'r4', 'r5', 'r6']);
    expect(groups).toEqual([[1], [2, 3, 4], [5, 6]]);
  });

  it('fails only the item that cannot be written', async () => {
    const commit = new GroupCommit<number, number>(10, async (items) => {
      if (items.includes(3)) throw new Error('not 3');
      return items;
    });
    const results = await Promise.allSettled([1, 2, 3, 4].map((item) => commit.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('goes on after a failure', async () => {
    const commit = new GroupCommit<number, number>(10, async (items) => {
      if (items.includes(0)) throw new Error('no');
      return items;
    });
    await expect(commit.add(0)).rejects.toThrow('no');
    await expect(commit.add(1)).resolves.toBe(1);
  });

  it('gathers what arrives in the time after a write, however long that took', async () => {
    const groups: number[][] = [];
    const now = jest.spyOn(performance, 'now');
    let tookMs = 0;
    now.mockImplementation(() => tookMs);
    const commit = new GroupCommit<number, number>(
      3,
      async (items) => {
        groups.push(items);
        tookMs += 10_000;
        return items;
      },
      500,
    );
    await commit.add(1);
    const second = commit.add(2);
    await new Promise((done) => setImmediate(done));
    await Promise.all([second, commit.add(3)]);
    expect(groups).toEqual([[1], [2, 3]]);
    now.mockRestore();
  });
});
