import { normalValue } from './entry';

describe('the value of a suppression entry', () => {
  it('compares addresses without case and leaves user IDs as they are', () => {
    expect(normalValue('EMAIL', ' C1@Example.com ')).toBe('c1@example.com');
    expect(normalValue('USER_ID', 'A8272')).toBe('A8272');
  });

  it.each([
    '447700900123',
    '+44 7700 900123',
    '0044 (7700) 900-123',
    '44.7700.900123',
    '+44 (0)7700 900123',
    '0044(0) 7700 900123',
    '44-(0)7700-900123',
  ])('%s is one number', (value) => {
    expect(normalValue('MOBILE_NUMBER', value)).toBe('447700900123');
  });

  it.each([
    ['EMAIL', 'nobody'],
    ['MOBILE_NUMBER', '07700 900123'],
    ['MOBILE_NUMBER', '(0)7700 900123'],
    ['MOBILE_NUMBER', '+44 7700 900123 ext 4'],
    ['USER_ID', ' '],
  ] as const)('%s does not take %j', (kind, value) => {
    expect(normalValue(kind, value)).toBeNull();
  });
});
