import { isLimited, limitReached } from './category';

const none = { perDay: null, perWeek: null, perMonth: null, coolDownMinutes: null };
const unused = { day: 0, week: 0, month: 0, lastAt: null };
const now = new Date('2026-11-26T12:00:00Z');

describe('limits of an engagement category', () => {
  it('bounds nothing unless told', () => {
    expect(isLimited(none)).toBe(false);
    expect(isLimited({ ...none, coolDownMinutes: 1 })).toBe(true);
    expect(limitReached({ ...none, name: 'Offers' }, { day: 99, week: 99, month: 99, lastAt: now }, now)).toBeNull();
  });

  it.each([
    [{ perDay: 2 }, { day: 1, week: 5, month: 9 }, null],
    [{ perDay: 2 }, { day: 2, week: 5, month: 9 }, '2 of at most 2 messages within 24 hours'],
    [{ perWeek: 5 }, { day: 0, week: 5, month: 9 }, '5 of at most 5 messages within 7 days'],
    [{ perMonth: 9 }, { day: 0, week: 5, month: 9 }, '9 of at most 9 messages within 30 days'],
  ])('says which bound is reached: %j with %j', (limits, use, words) => {
    const reached = limitReached({ ...none, ...limits, name: 'Offers' }, { ...unused, ...use }, now);
    expect(reached).toBe(words && `${words} of the engagement category “Offers”`);
  });

  it('waits between two messages', () => {
    const category = { ...none, coolDownMinutes: 60, name: 'Offers' };
    const at = (minutesAgo: number) => ({ ...unused, lastAt: new Date(+now - minutesAgo * 60_000) });
    expect(limitReached(category, at(59), now)).toContain('60 minutes between two of the engagement category “Offers”');
    expect(limitReached(category, at(60), now)).toBeNull();
  });
});
