import type { Medium } from '@libs/delivery';
import { firstReachable } from './choose-media';

const order: Medium[] = ['MOBILE_PUSH', 'SMS', 'EMAIL'];
const way = (medium: Medium, isAllowed = true) => ({ medium, isAllowed });
const media = (...tried: { medium: Medium; isRefused: boolean }[]) =>
  firstReachable([way('EMAIL'), way('SMS'), way('MOBILE_PUSH'), way('MOBILE_PUSH')], order, tried).map(
    ({ medium }) => medium,
  );

describe('the first medium that reaches a person', () => {
  it('is the first of the order with all its addresses', () => {
    expect(media()).toEqual(['MOBILE_PUSH', 'MOBILE_PUSH']);
  });

  it('is a later one where the gate stands against the earlier', () => {
    const ways = [way('MOBILE_PUSH', false), way('SMS', false), way('EMAIL')];
    expect(firstReachable(ways, order, [])).toEqual([way('EMAIL')]);
  });

  it('stays the one that was tried, and is the next once all of that was refused', () => {
    expect(media({ medium: 'SMS', isRefused: false })).toEqual(['SMS']);
    expect(media({ medium: 'MOBILE_PUSH', isRefused: true })).toEqual(['SMS']);
    const both = [
      { medium: 'MOBILE_PUSH' as const, isRefused: true },
      { medium: 'SMS' as const, isRefused: true },
    ];
    expect(media(...both)).toEqual(['EMAIL']);
  });

  it('is none where nothing reaches, with every reason', () => {
    const ways = [way('MOBILE_PUSH', false), way('EMAIL', false)];
    expect(firstReachable(ways, order, [])).toEqual(ways);
  });
});
