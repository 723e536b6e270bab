import { endpointProblem, hintOf, isSameEndpoint } from './rules';

describe('the endpoint of a connection', () => {
  it.each([
    ['http://api5.optimove.net/current/', 'must start with https://'],
    ['api5.optimove.net/current/', 'must start with https://'],
    ['https://api5.optimove.net/current', 'must end with /'],
    ['https://user:secret@api5.optimove.net/', 'must not contain a user name'],
    ['https://api5.optimove.net/?a=/', 'must not contain ?'],
  ])('%s is refused: %s', (endpoint, message) => {
    expect(endpointProblem(endpoint, false)).toEqual({ path: ['endpoint'], message: expect.stringContaining(message) });
  });

  it('may be plain http only where private addresses are allowed', () => {
    expect(endpointProblem('http://127.0.0.1:4010/current/', true)).toBeNull();
    expect(endpointProblem('https://api5.optimove.net/current/', false)).toBeNull();
  });
});

describe('two endpoints', () => {
  const endpoint = 'https://api5.optimove.net/current/';

  it.each(['https://API5.Optimove.net/current/', 'https://api5.optimove.net:443/current/'])(
    'are one address, such as %s',
    (other) => expect(isSameEndpoint(endpoint, other)).toBe(true),
  );

  it.each([
    'https://api5.optimove.net/Current/',
    'https://api5.optimove.net:8443/current/',
    'https://api6.optimove.net/current/',
  ])('are two, such as %s', (other) => expect(isSameEndpoint(endpoint, other)).toBe(false));
});

describe('what is shown of a token', () => {
  it('is its end, and nothing of a short one', () => {
    expect(hintOf('0123456789abcdef')).toBe('…cdef');
    expect(hintOf('short')).toBe('…');
  });
});
