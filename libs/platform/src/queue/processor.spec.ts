import { isRetryable } from './processor';

describe('a fault of the database', () => {
  it.each([
    ['57P01', 'that it goes down', true],
    ['40P01', 'a deadlock', true],
    ['55P03', 'a lock that was not to be had in time', true],
    ['23505', 'a key that is there already', false],
    ['55000', 'an object in the wrong state', false],
  ])('%s, %s, may pass: %s', (code, _what, passes) => {
    expect(isRetryable({ driverError: { code } })).toBe(passes);
  });
});
