import { Crc32c } from './crc32c';

const digest = (...parts: Uint8Array[]): string => {
  const crc = new Crc32c();
  for (const part of parts) crc.add(part);
  return crc.digest();
};

describe('CRC-32C', () => {
  // RFC 3720 B.4 and the check value of the polynomial.
  it.each([
    ['123456789', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 times 0xff', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ])('of %s is the published one', (_name, bytes, expected) => {
    expect(Buffer.from(digest(bytes), 'base64').readUInt32BE()).toBe(expected);
  });

  it('does not depend on how the bytes arrive', () => {
    expect(digest(Buffer.from('1234'), Buffer.from('56789'))).toBe(digest(Buffer.from('123456789')));
  });
});
