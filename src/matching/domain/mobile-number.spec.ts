import { checkMobileNumber } from './mobile-number';

describe('a mobile number from Optimove', () => {
  it('is digits with country code', () => {
    expect(checkMobileNumber(' 447700900123 ')).toEqual({ number: '447700900123' });
  });

  it.each([
    ['+447700900123', 'begins with +'],
    ['00447700900123', 'begins with 00'],
    ['07700900123', 'lacks the country code'],
    ['44 7700 900123', 'not digits'],
    ['١٢٣٤٥٦٧٨', 'not digits'],
    ['447700', '6 digits'],
    ['4477009001234567', '16 digits'],
    ['', 'empty'],
  ])('%j is refused: %s', (text, problem) => {
    expect(checkMobileNumber(text)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
