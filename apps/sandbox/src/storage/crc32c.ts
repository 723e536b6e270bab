/** CRC-32C of an object bit by bit as the definition says, in base64; the box trusts no code of its client. */
export function crc32c(bytes: Uint8Array): string {
  let state = 0xffffffff;
  for (const byte of bytes) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit += 1) state = (state >>> 1) ^ (0x82f63b78 & -(state & 1));
  }
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(~state >>> 0);
  return digest.toString('base64');
}
