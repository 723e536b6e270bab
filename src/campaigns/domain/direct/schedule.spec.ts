import { leftOut } from './own-time';
import { type DirectSchedule, firstOccurrence, nextOccurrence, scheduleProblem } from './schedule';

const london = 'Europe/London';
const at = (local: string): DirectSchedule => ({ kind: 'AT', at: local, timeZone: london });
const daily = (time: string, more: object = {}): DirectSchedule => ({
  kind: 'REPEATING',
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  time,
  until: null,
  timeZone: london,
  ...more,
});
const next = (schedule: DirectSchedule, after: string): string | undefined =>
  nextOccurrence(schedule, new Date(after))?.at.toISOString();

describe('when a Direct campaign goes out', () => {
  it('is once, at the local time, in winter and in summer', () => {
    expect(next(at('2026-01-15T10:00'), '2026-01-01T00:00:00Z')).toBe('2026-01-15T10:00:00.000Z');
    expect(next(at('2026-07-15T10:00'), '2026-01-01T00:00:00Z')).toBe('2026-07-15T09:00:00.000Z');
    expect(next(at('2026-07-15T10:00'), '2026-07-15T09:00:00Z')).toBeUndefined();
  });

  it('is an hour later where the clock leaps over the time, and the first of two where it shows it twice', () => {
    expect(next(at('2026-03-29T01:30'), '2026-03-01T00:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(next(at('2026-10-25T01:30'), '2026-10-01T00:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
  });

  it('keeps its local time over the year, and comes once on the days of the change', () => {
    const days: string[] = [];
    let after = new Date('2026-10-23T12:00:00Z');
    for (let index = 0; index < 4; index += 1) {
      const occurrence = nextOccurrence(daily('01:30'), after);
      days.push(`${occurrence?.day} ${occurrence?.at.toISOString().slice(11, 16)}`);
      after = occurrence?.at ?? after;
    }
    expect(days).toEqual(['2026-10-24 00:30', '2026-10-25 00:30', '2026-10-26 01:30', '2026-10-27 01:30']);
  });

  it('is on the chosen weekdays only, until the end of the last day', () => {
    const mondays = daily('09:00', { weekdays: [1], until: '2026-06-08' });
    expect(next(mondays, '2026-06-02T00:00:00Z')).toBe('2026-06-08T08:00:00.000Z');
    expect(next(mondays, '2026-06-08T08:00:00Z')).toBeUndefined();
  });

  it('begins on its first day and is in each n-th week from there', () => {
    const fortnightly = daily('09:00', { weekdays: [1, 4], from: '2026-06-10', everyWeeks: 2 });
    const days: string[] = [];
    let after = '2026-06-01T00:00:00Z';
    for (let index = 0; index < 4; index += 1) {
      after = next(fortnightly, after) ?? '';
      days.push(after.slice(0, 10));
    }
    expect(days).toEqual(['2026-06-11', '2026-06-22', '2026-06-25', '2026-07-06']);
  });

  it('is on the first or the last of the weekdays in each n-th month', () => {
    const days = (schedule: DirectSchedule): string[] => {
      const found: string[] = [];
      for (let after = '2026-01-20T00:00:00Z'; found.length < 3; after = next(schedule, after) ?? '') {
        const at = next(schedule, after);
        if (at === undefined) break;
        found.push(at.slice(0, 10));
      }
      return found;
    };
    const workdays = [1, 2, 3, 4, 5];
    expect(days(daily('09:00', { weekdays: [1], inMonth: 'FIRST' }))).toEqual([
      '2026-02-02',
      '2026-03-02',
      '2026-04-06',
    ]);
    expect(days(daily('09:00', { weekdays: workdays, inMonth: 'LAST' }))).toEqual([
      '2026-01-30',
      '2026-02-27',
      '2026-03-31',
    ]);
    const quarterly = daily('09:00', { weekdays: [1], inMonth: 'FIRST', everyMonths: 3, from: '2026-01-06' });
    expect(days(quarterly)).toEqual(['2026-04-06', '2026-07-06', '2026-10-05']);
    const yearly = daily('09:00', { weekdays: [7], inMonth: 'LAST', everyMonths: 12, from: '2026-02-01' });
    expect(days(yearly)).toEqual(['2026-02-22', '2027-02-28', '2028-02-27']);
  });

  it('comes to the first of all zones where everybody gets it in their own, and may have come to some at a launch', () => {
    const own: DirectSchedule = { kind: 'AT', at: '2026-06-10T18:30', timeZone: london, inOwnTimeZone: true };
    expect(next(own, '2026-06-01T00:00:00Z')).toBe('2026-06-10T04:30:00.000Z');
    const begun = new Date('2026-06-10T10:00:00Z');
    expect(nextOccurrence(own, begun)).toBeNull();
    expect(firstOccurrence(own, begun)).toEqual({ at: begun, day: '2026-06-10' });
    expect(scheduleProblem(own, begun)).toBeNull();
    const over = new Date('2026-06-11T06:30:00Z');
    expect(firstOccurrence(own, over)).toBeNull();
    expect(scheduleProblem(own, over)).toMatchObject({ path: ['schedule', 'at'] });

    const repeated = daily('18:30', { inOwnTimeZone: true, until: '2026-06-11' });
    expect(nextOccurrence(repeated, begun)).toEqual({ at: new Date('2026-06-11T04:30:00Z'), day: '2026-06-11' });
    expect(next(repeated, '2026-06-11T04:30:00Z')).toBeUndefined();
  });

  it('leaves out whose clock is more than an hour past it, and says where that is', () => {
    const own: DirectSchedule = { kind: 'AT', at: '2026-06-10T18:30', timeZone: london, inOwnTimeZone: true };
    expect(leftOut(own, new Date('2026-06-10T05:30:00Z'))).toBeNull();
    expect(leftOut(own, new Date('2026-06-10T10:30:00Z'))).toContain('ahead of UTC+09:00 ');
    expect(leftOut(own, new Date('2026-06-11T01:10:00Z'))).toContain('ahead of UTC-05:40 ');
    expect(leftOut({ ...own, inOwnTimeZone: false }, new Date('2026-06-10T10:30:00Z'))).toBeNull();
    expect(leftOut(daily('09:00', { inOwnTimeZone: true }), new Date('2026-06-10T10:30:00Z'))).toBeNull();
  });

  it('is at once for a launch now, and a launch that would never go out says so', () => {
    const now = new Date('2026-06-02T12:00:00Z');
    expect(firstOccurrence({ kind: 'NOW' }, now)).toEqual({ at: now, day: '2026-06-02' });
    expect(scheduleProblem(at('2026-06-02T12:59'), now)).toMatchObject({ path: ['schedule', 'at'] });
    expect(scheduleProblem(daily('09:00', { until: '2026-06-01' }), now)).toMatchObject({
      path: ['schedule', 'until'],
    });
    expect(scheduleProblem(at('2026-06-02T13:01'), now)).toBeNull();
  });
});
