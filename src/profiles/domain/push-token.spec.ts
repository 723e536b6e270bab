import { pushTokenProblem, storedEnvironment, storedToken } from './push-token';

const hex = 'Ab'.repeat(32);
const ofApns = { token: hex, platform: 'IOS', pushService: 'APNS', apnsEnvironment: null } as const;

describe('a push token', () => {
  it('is of FCM unless it says otherwise, whatever it looks like', () => {
    const plain = { ...ofApns, pushService: null };
    expect(pushTokenProblem(plain)).toBeNull();
    expect([storedToken(plain), storedEnvironment(plain)]).toEqual([hex, null]);
    expect(pushTokenProblem({ ...plain, platform: 'WEB', pushService: 'FCM' })).toBeNull();
  });

  it('of APNs is kept in one spelling and good for the store unless it says otherwise', () => {
    expect(pushTokenProblem(ofApns)).toBeNull();
    expect([storedToken(ofApns), storedEnvironment(ofApns)]).toEqual([hex.toLowerCase(), 'PRODUCTION']);
    expect(storedEnvironment({ ...ofApns, apnsEnvironment: 'SANDBOX' })).toBe('SANDBOX');
    expect(storedEnvironment({ ...ofApns, token: null })).toBeNull();
  });

  it.each([
    [{ ...ofApns, platform: 'ANDROID' }, 'pushService'],
    [{ ...ofApns, token: 'short' }, 'token'],
    [{ ...ofApns, token: `${hex}a` }, 'token'],
    [{ ...ofApns, pushService: 'FCM', apnsEnvironment: 'SANDBOX' } as const, 'apnsEnvironment'],
    [{ ...ofApns, pushService: null, apnsEnvironment: 'PRODUCTION' } as const, 'apnsEnvironment'],
  ])('is refused at its field: %j', (named, field) => {
    expect(pushTokenProblem(named)).toMatchObject({ field, message: expect.stringMatching(/leave|send/) });
  });
});
