import { addressesProblem, isAllowedAddress } from './callback-addresses';

describe('the allow list of callers', () => {
  it.each([
    ['an empty list allows everybody', [], '198.51.100.1', true],
    ['an address', ['203.0.113.7'], '203.0.113.7', true],
    ['another address', ['203.0.113.7'], '203.0.113.8', false],
    ['a network', ['198.51.100.1', '203.0.113.0/24'], '203.0.113.200', true],
    ['beside a network', ['203.0.113.0/25'], '203.0.113.200', false],
    ['IPv4 as a socket of both kinds writes it', ['203.0.113.0/24'], '::ffff:203.0.113.7', true],
    ['IPv6', ['2001:db8::/32'], '2001:db8:1::1', true],
    ['the other family', ['2001:db8::/32'], '203.0.113.7', false],
    ['no address at all', ['203.0.113.0/24'], '', false],
  ])('%s', (_name, list, from, isAllowed) => {
    expect(isAllowedAddress(list, from)).toBe(isAllowed);
  });

  it.each(['example.com', '203.0.113.0/33', '203.0.113.0/', '203.0.113', '2001:db8::/129', '1.2.3.4/8/8', ''])(
    'names the entry that is none: %s',
    (entry) => {
      expect(addressesProblem(['203.0.113.7', entry])).toMatchObject({ path: ['callbackAddresses', '1'] });
    },
  );

  it('takes addresses and networks of both kinds', () => {
    expect(addressesProblem(['203.0.113.7', '203.0.113.0/24', '::1', '2001:db8::/32', '0.0.0.0/0'])).toBeNull();
  });
});
