import { normalValue } from './entry';

describe('the value of a suppression entry', () => {
  it('compares addresses without case and leaves user IDs as they are', () => {
    expect(normalValue('EMAIL', ' C1@Example.com ')).toBe('c1@example.com');
    expect(normalValue('USER_ID', 'A8272')).toBe('A8272');
  });

  it.each([
    ['EMAIL', 'nobody'],
    ['MOBILE_NUMBER', '+447700900123'],
    ['MOBILE_NUMBER', '00447700900123'],
    ['USER_ID', ' '],
  ] as const)('%s does not take %j', (kind, value) => {
    expect(normalValue(kind, value)).toBeNull();
  });
});
