import { dropStates, firstDrop } from './end-state';

describe('firstDrop', () => {
  it('lets the earliest reason of the pipeline decide, whatever the order they were found in', () => {
    const drops = [
      { state: 'NOT_SUBSCRIBED', detail: 'b' },
      { state: 'NO_ADDRESS', detail: 'a' },
      { state: 'SUPPRESSED', detail: 'c' },
    ] as const;
    expect(firstDrop(drops)).toEqual({ state: 'NO_ADDRESS', detail: 'a' });
    expect(firstDrop([...drops].reverse())).toEqual({ state: 'NO_ADDRESS', detail: 'a' });
  });

  it.each(dropStates)('keeps %s when it is the only reason', (state) => {
    expect(firstDrop([{ state, detail: null }]).state).toBe(state);
  });
});
