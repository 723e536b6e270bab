import { saidOf } from './said';

const arrival = new Date('2026-05-04T22:30:15.900Z');

describe('the time stamp of a callback', () => {
  it.each([
    ['2026-05-04 05:04:54', '2026-05-04 05:04:54', '03:04:54'],
    ['2026-05-04T05:04:54', '2026-05-04 05:04:54', '03:04:54'],
    ['2026-05-04T05:04:54.123', '2026-05-04 05:04:54', '03:04:54'],
    ['2026-05-04 05:04', '2026-05-04 05:04:00', '03:04:00'],
    ['2026-05-04T05:04:54Z', '2026-05-04 07:04:54', '05:04:54'],
    ['2026-05-04 05:04:54+0300', '2026-05-04 04:04:54', '02:04:54'],
    ['yesterday', '2026-05-05 00:30:15', '22:30:15'],
    ['2026-05-44 99:04:54', '2026-05-05 00:30:15', '22:30:15'],
    [null, '2026-05-05 00:30:15', '22:30:15'],
  ])('is kept as it was written, with its instant: %s', (timeStamp, stamp, time) => {
    const said = { stamp, saidAt: new Date(`2026-05-04T${time}Z`) };
    expect(saidOf(timeStamp, arrival, 'Europe/Vienna')).toEqual(said);
  });

  it.each([
    ['first', '2026-10-25 02:30:00', '2026-10-25T00:30:02Z', '2026-10-25T00:30:00Z'],
    ['second', '2026-10-25 02:30:00', '2026-10-25T01:30:02Z', '2026-10-25T01:30:00Z'],
    ['first, late', '2026-10-25 02:50:00', '2026-10-25T01:10:00Z', '2026-10-25T00:50:00Z'],
    ['second, by a clock that is fast', '2026-10-25 02:30:00', '2026-10-25T01:29:30Z', '2026-10-25T01:30:00Z'],
    ['only one', '2026-10-25 03:30:00', '2026-10-25T02:30:02Z', '2026-10-25T02:30:00Z'],
  ])('in the hour that autumn repeats is the %s', (_which, stamp, receivedAt, saidAt) => {
    expect(saidOf(stamp, new Date(receivedAt), 'Europe/Vienna')).toEqual({ stamp, saidAt: new Date(saidAt) });
  });
});
