import { quietUntil } from './quiet-hours';

const night = { from: '22:00', to: '08:00' };
const noon = { from: '12:30', to: '14:00' };

const until = (hours: { from: string; to: string }, now: string, timeZone: string): string | null =>
  quietUntil(hours, new Date(now), timeZone)?.toISOString() ?? null;

describe('quiet hours', () => {
  it.each([
    ['before they begin', night, '2026-11-26T21:59:59Z', 'Europe/London', null],
    ['from their first minute', night, '2026-11-26T22:00:00Z', 'Europe/London', '2026-11-27T08:00:00.000Z'],
    ['after midnight', night, '2026-11-27T07:59:59Z', 'Europe/London', '2026-11-27T08:00:00.000Z'],
    ['once they ended', night, '2026-11-27T08:00:00Z', 'Europe/London', null],
    ['by the clock of the zone', night, '2026-11-27T04:30:00Z', 'America/New_York', '2026-11-27T13:00:00.000Z'],
    ['in a zone where it is day', night, '2026-11-27T04:30:00Z', 'Asia/Tokyo', null],
    ['within one day', noon, '2026-11-27T12:30:00Z', 'UTC', '2026-11-27T14:00:00.000Z'],
    ['outside them on the same day', noon, '2026-11-27T14:00:00Z', 'UTC', null],
  ])('ends %s', (_, hours, now, zone, end) => {
    expect(until(hours, now, zone)).toBe(end);
  });

  it('ends at the later instant when the clock leaps over the end, and at the first when it shows it twice', () => {
    const early = { from: '22:00', to: '02:30' };
    expect(until(early, '2026-03-28T23:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
    expect(until(early, '2026-10-24T23:00:00Z', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
    expect(until(early, '2026-10-25T01:15:00Z', 'Europe/Berlin')).toBeNull();
  });
});
