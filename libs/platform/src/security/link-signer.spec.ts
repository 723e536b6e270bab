import { LinkSigner } from './link-signer';

const key = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
const lastDay = new Date('2026-05-10T12:00:00Z');
const now = new Date('2026-05-01T00:00:00Z');
const payload = Buffer.from('who and what');

describe('signed links', () => {
  const signer = new LinkSigner(`k1:${key(1)}`);

  it('gives back what was signed', () => {
    expect(signer.open(signer.sign(payload, { lastDay }), { now })).toEqual({ payload, isExpired: false });
  });

  it('knows when the time of a link is over, on the day after its last', () => {
    const token = signer.sign(payload, { lastDay });
    expect(signer.open(token, { now: new Date('2026-05-10T23:59:59Z') })?.isExpired).toBe(false);
    expect(signer.open(token, { now: new Date('2026-05-11T00:00:00Z') })?.isExpired).toBe(true);
  });

  it.each(Array.from({ length: 28 }, (_each, index) => index))('refuses a token whose byte %i was changed', (index) => {
    const bytes = Buffer.from(signer.sign(payload, { lastDay }), 'base64url');
    expect(bytes).toHaveLength(28);
    bytes[index] = (bytes[index] ?? 0) ^ 1;
    expect(signer.open(bytes.toString('base64url'), { now })).toBeNull();
  });

  it('holds only for the text it is bound to', () => {
    const token = signer.sign(payload, { lastDay, bound: 'https://example.com/a' });
    expect(signer.open(token, { now, bound: 'https://example.com/b' })).toBeNull();
    expect(signer.open(token, { now, bound: 'https://example.com/a' })?.payload).toEqual(payload);
  });

  it('reads links of an older key that is still configured, and no others', () => {
    const old = new LinkSigner(`k0:${key(9)}`).sign(payload, { lastDay });
    expect(new LinkSigner(`k1:${key(1)},k0:${key(9)}`).open(old, { now })?.payload).toEqual(payload);
    expect(signer.open(old, { now })).toBeNull();
    expect(signer.open('', { now })).toBeNull();
  });
});
