import { isScheduledTime, runDateOf, triggeredDay } from './run-date';

describe('a scheduled time that the database could not read', () => {
  it.each(['0000-01-01 10:00:00', '2026-05-04 16:00:00.1234567', '2026-05-04T16:00:00+99:99', '9999-12-31 10:00:00'])(
    'is refused: %s',
    (text) => {
      expect(isScheduledTime(text)).toBe(false);
    },
  );
});

describe('the day of a triggered callback', () => {
  const receivedAt = new Date('2026-05-04T22:59:00Z');

  it.each([
    ['at once', '2026-05-04T22:59:00Z', '2026-05-04'],
    ['within the hour after its day', '2026-05-04T23:45:00Z', '2026-05-04'],
    ['once its day is about to close', '2026-05-04T23:51:00Z', '2026-05-05'],
    ['days later', '2026-05-07T10:00:00Z', '2026-05-07'],
  ])('is one that is open when it is taken in %s', (_name, now, day) => {
    expect(triggeredDay({ receivedAt, now: new Date(now) }, 'Europe/Dublin')).toBe(day);
  });
});

describe('runDateOf', () => {
  const arrival = new Date('2026-05-04T23:30:00Z');

  it('takes the day of the announcement’s own time stamp', () => {
    expect(runDateOf('2026-05-03 05:04:54', arrival, 'Europe/Dublin')).toBe('2026-05-03');
  });

  it.each([null, '', 'yesterday', '2026-02-30 01:00:00'])('falls back to the arrival in the zone for %p', (stamp) => {
    expect(runDateOf(stamp, arrival, 'Europe/Dublin')).toBe('2026-05-05');
    expect(runDateOf(stamp, arrival, 'UTC')).toBe('2026-05-04');
  });
});

describe('isScheduledTime', () => {
  it.each(['2026-05-04 16:00:00', '2026-05-04 16:00', '2026-05-04T16:00:00Z', '2026-05-04T16:00:00+01:00'])(
    'reads %s',
    (text) => {
      expect(isScheduledTime(text)).toBe(true);
    },
  );

  it.each(['', 'now', '2026-13-01 00:00:00', '2026-02-30 10:00:00', '2026-05-04', '2026-05-04 25:00:00'])(
    'refuses %p',
    (text) => {
      expect(isScheduledTime(text)).toBe(false);
    },
  );
});
