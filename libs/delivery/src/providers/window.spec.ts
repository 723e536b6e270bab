import { Window } from './window';

describe('a window', () => {
  const begun: string[] = [];
  const ends = new Map<string, (failure?: Error) => void>();
  const end = async (name: string, failure?: Error): Promise<void> => {
    ends.get(name)?.(failure);
    await new Promise((resolve) => setImmediate(resolve));
  };

  function begin(window: Window, name: string, isUrgent = false): void {
    const work = (): Promise<void> => {
      begun.push(name);
      return new Promise((resolve, reject) =>
        ends.set(name, (failure) => (failure ? reject(failure) : resolve(undefined))),
      );
    };
    window.run(work, isUrgent).catch(() => undefined);
  }

  beforeEach(() => {
    begun.length = 0;
    ends.clear();
  });

  it('lets so many run at once, and those that wait in the order in which they came', async () => {
    const window = new Window(2);
    for (const name of ['a', 'b', 'c', 'd']) begin(window, name);
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('a', new Error('It failed'));
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets what is urgent go before all that waits', async () => {
    const window = new Window(1);
    for (const name of ['a', 'b', 'c']) begin(window, name);
    for (const name of ['first', 'second']) begin(window, name, true);
    for (const name of ['a', 'first', 'second', 'b']) await end(name);
    expect(begun).toEqual(['a', 'first', 'second', 'b', 'c']);
  });

  it('is idle when nothing runs', async () => {
    const window = new Window(2);
    begin(window, 'a');
    expect(window.isIdle).toBe(false);
    await end('a');
    expect(window.isIdle).toBe(true);
  });
});
