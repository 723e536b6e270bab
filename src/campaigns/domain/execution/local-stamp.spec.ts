import { localStamp } from './local-stamp';

const arrival = new Date('2026-05-04T22:30:15.900Z');

describe('time stamps', () => {
  it('of an arrival are written in the zone of the connection', () => {
    expect(localStamp(arrival, 'Europe/Vienna')).toBe('2026-05-05 00:30:15');
    expect(localStamp(arrival, 'America/New_York')).toBe('2026-05-04 18:30:15');
  });
});
