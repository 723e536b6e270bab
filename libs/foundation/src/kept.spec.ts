import { Kept } from './kept';

describe('Kept', () => {
  let now = 0;
  let loads: { key: string; resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const kept = (most = 10) =>
    new Kept<string>(
      { keepMs: 1_000, most },
      (key) => new Promise((resolve, reject) => loads.push({ key, resolve, reject })),
    );

  beforeEach(() => {
    now = 0;
    loads = [];
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });

  afterEach(() => jest.restoreAllMocks());

  it('loads once for all who ask', async () => {
    const values = kept();
    const asked = Promise.all([values.get('a'), values.get('a')]);
    loads[0]?.resolve('one');
    expect(await asked).toEqual(['one', 'one']);
    expect(await values.get('a')).toBe('one');
    expect(loads).toHaveLength(1);
  });

  it('renews what is asked for before its time is over, while those who ask get what is there', async () => {
    const values = kept();
    void values.get('a');
    loads[0]?.resolve('one');
    now = 700;
    expect(await values.get('a')).toBe('one');
    expect(await values.get('a')).toBe('one');
    expect(loads).toHaveLength(2);
    loads[1]?.resolve('two');
    await Promise.resolve();
    now = 1_500;
    expect(await values.get('a')).toBe('two');
  });

  it('lets those wait who ask after its time is over', async () => {
    const values = kept();
    void values.get('a');
    loads[0]?.resolve('one');
    now = 1_001;
    const asked = Promise.all([values.get('a'), values.get('a')]);
    loads[1]?.resolve('two');
    expect(await asked).toEqual(['two', 'two']);
    expect(loads).toHaveLength(2);
  });

  it('counts the time of a renewed value from when it was asked for', async () => {
    const values = kept();
    void values.get('a');
    loads[0]?.resolve('one');
    now = 700;
    await values.get('a');
    now = 900;
    loads[1]?.resolve('two');
    await new Promise(setImmediate);
    now = 1_701;
    const asked = values.get('a');
    loads[2]?.resolve('three');
    expect(await asked).toBe('three');
  });

  it('gives out what is there when renewing fails, and tries again', async () => {
    const values = kept();
    void values.get('a');
    loads[0]?.resolve('one');
    now = 700;
    await values.get('a');
    loads[1]?.reject(new Error('away'));
    await new Promise(setImmediate);
    expect(await values.get('a')).toBe('one');
    loads[2]?.resolve('two');
    await new Promise(setImmediate);
    expect(await values.get('a')).toBe('two');
  });

  it('does not keep a failure', async () => {
    const values = kept();
    const failed = values.get('a');
    loads[0]?.reject(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    const asked = values.get('a');
    loads[1]?.resolve('one');
    expect(await asked).toBe('one');
  });

  it('waits for no renewal longer than it would keep it', async () => {
    const values = kept();
    void values.get('a');
    loads[0]?.resolve('one');
    now = 700;
    await values.get('a');
    now = 1_600;
    void values.get('a');
    expect(loads).toHaveLength(2);
    now = 1_700;
    const asked = values.get('a');
    loads[2]?.resolve('three');
    expect(await asked).toBe('three');
    loads[1]?.resolve('two');
    await new Promise(setImmediate);
    expect(await values.get('a')).toBe('three');
  });

  it('does not bring back by a renewal what was forgotten meanwhile', async () => {
    const values = kept();
    void values.get('a');
    loads[0]?.resolve('old');
    now = 700;
    await values.get('a');
    values.forget('a');
    const asked = values.get('a');
    loads[2]?.resolve('new');
    loads[1]?.resolve('older');
    expect(await asked).toBe('new');
    await new Promise(setImmediate);
    expect(await values.get('a')).toBe('new');
  });

  it('keeps no more than it may, and of those the ones that were loaded last', async () => {
    const values = kept(2);
    for (const key of ['a', 'b', 'c']) void values.get(key);
    for (const { key, resolve } of loads) resolve(`${key} 1`);
    expect(await values.get('c')).toBe('c 1');
    expect(await values.get('b')).toBe('b 1');
    const asked = values.get('a');
    loads[3]?.resolve('a 2');
    expect(await asked).toBe('a 2');
    expect(loads).toHaveLength(4);
  });
});
