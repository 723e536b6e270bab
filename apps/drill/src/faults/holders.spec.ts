import type { ClaimedSlice } from './claims';
import { Holders } from './holders';

const slice = (holder: string, key = `${holder}-1`): ClaimedSlice => ({ holder, key, claims: 100 });
const keysOf = (slices: ClaimedSlice[]): string[] => slices.map(({ key }) => key);

describe('who holds which claims', () => {
  it('tells workers apart as they show themselves one after the other', () => {
    const holders = new Holders(2);
    holders.slicesOf(0, []);
    const both = [slice('a'), slice('b')];
    expect(keysOf(holders.slicesOf(0, both))).toEqual(['a-1', 'b-1']);
    holders.ended(0, both);
    holders.ended(1, both);
    const single = new Holders(1);
    expect(keysOf(single.slicesOf(0, [slice('a')]))).toEqual(['a-1']);
  });

  it('does not give the claims of a dead life to the next one', () => {
    const holders = new Holders(1);
    holders.slicesOf(0, [slice('a')]);
    holders.ended(0, [slice('a')]);
    expect(keysOf(holders.slicesOf(0, [slice('a'), slice('b')]))).toEqual(['b-1']);
  });

  it('counts what may be of either for both', () => {
    const holders = new Holders(2);
    const slices = [slice('a'), slice('b')];
    holders.slicesOf(0, slices);
    holders.ended(0, slices);
    expect(keysOf(holders.slicesOf(1, slices))).toEqual(['a-1', 'b-1']);
  });
});
