import { localStamp, stampOf } from './local-stamp';

const arrival = new Date('2026-05-04T22:30:15.900Z');

describe('time stamps', () => {
  it('of an arrival are written in the zone of the connection', () => {
    expect(localStamp(arrival, 'Europe/Vienna')).toBe('2026-05-05 00:30:15');
    expect(localStamp(arrival, 'America/New_York')).toBe('2026-05-04 18:30:15');
  });

  it.each([
    ['2026-05-04 05:04:54', '2026-05-04 05:04:54'],
    ['2026-05-04T05:04:54', '2026-05-04 05:04:54'],
    ['2026-05-04T05:04:54.123', '2026-05-04 05:04:54'],
    ['2026-05-04 05:04', '2026-05-04 05:04:00'],
    ['2026-05-04T05:04:54Z', '2026-05-04 07:04:54'],
    ['2026-05-04 05:04:54+0300', '2026-05-04 05:04:54'],
    ['yesterday', '2026-05-05 00:30:15'],
    [null, '2026-05-05 00:30:15'],
  ])('of a callback compare with those: %s', (written, expected) => {
    const zone = written?.endsWith('+0300') ? 'Europe/Helsinki' : 'Europe/Vienna';
    expect(stampOf(written, arrival, zone)).toBe(expected);
  });
});
