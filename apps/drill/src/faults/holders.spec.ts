import type { ClaimedSlice } from './claims';
import { Holders } from './holders';

const slice = (holder: string, key = `${holder}-1`): ClaimedSlice => ({ holder, key, claims: 100 });
const keysOf = (slices: ClaimedSlice[]): string[] => slices.map(({ key }) => key);

const both = [slice('a'), slice('b')];

describe('who holds which claims', () => {
  let holders: Holders;
  beforeEach(() => {
    holders = new Holders(2);
    holders.started(0);
  });

  it('tells workers apart when they show themselves one after the other', () => {
    holders.slicesOf(0, [slice('a')]);
    holders.started(1);
    expect(keysOf(holders.slicesOf(1, both))).toEqual(['b-1']);
    expect(keysOf(holders.slicesOf(0, both))).toEqual(['a-1']);
  });

  it('does not give the claims of a dead life to the next one', () => {
    holders.slicesOf(0, [slice('a')]);
    holders.ended(0, [slice('a')]);
    holders.started(0);
    expect(keysOf(holders.slicesOf(0, both))).toEqual(['b-1']);
  });

  it('counts what may be of either for both', () => {
    holders.started(1);
    expect(keysOf(holders.slicesOf(0, both))).toEqual(['a-1', 'b-1']);
    expect(holders.knows(0)).toBe(false);
    holders.ended(0, both);
    expect(keysOf(holders.slicesOf(1, both))).toEqual(['a-1', 'b-1']);
  });

  it('finds nothing at a worker that does not run', () => {
    expect(holders.slicesOf(1, both)).toEqual([]);
  });
});
