import { isMachine, packRef, unpackRef } from './engagement';

describe('what a link carries', () => {
  it.each(['MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'] as const)(
    'survives the way there and back for %s',
    (medium) => {
      const ref = { executionId: '0193a5c2-7b1e-7c3d-8f00-1234567890ab', seq: 4_294_967_295, medium };
      expect(unpackRef(packRef(ref))).toEqual(ref);
      const personal = { ...ref, profileId: '0193a5c2-7b1e-7c3d-8f00-ba0987654321' };
      expect(unpackRef(packRef(personal))).toEqual(personal);
    },
  );

  it('is nothing when it is too short, too long or of an unknown medium', () => {
    const bytes = packRef({ executionId: '0193a5c2-7b1e-7c3d-8f00-1234567890ab', seq: 1, medium: 'SMS' });
    expect(unpackRef(bytes.subarray(1))).toBeNull();
    expect(unpackRef(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeNull();
    expect(unpackRef(Buffer.concat([bytes.subarray(0, -1), Buffer.from([99])]))).toBeNull();
  });
});

describe('who opened it', () => {
  it.each(['', 'Mozilla/5.0', 'Googlebot/2.1', 'Barracuda Sentinel (EE)', 'curl/8.5.0'])(
    'takes "%s" for a program',
    (agent) => {
      expect(isMachine({ 'user-agent': agent })).toBe(true);
    },
  );
  it.each([
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36',
    'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  ])('takes "%s" for a person', (agent) => {
    expect(isMachine({ 'user-agent': agent })).toBe(false);
  });

  it.each([
    ['sec-purpose', 'prefetch;prerender'],
    ['purpose', 'prefetch'],
    ['x-purpose', 'preview'],
    ['x-moz', 'prefetch'],
  ])('takes what asks ahead of a person for a program: %s: %s', (name, value) => {
    expect(isMachine({ 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Chrome/130.0', [name]: value })).toBe(true);
  });
});
