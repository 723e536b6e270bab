const polynomial = 0x82f63b78;
const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  return value >>> 0;
});

/** CRC-32C (Castagnoli) of bytes that arrive in parts; Node's zlib has only the other polynomial. */
export class Crc32c {
  private state = 0xffffffff;

  /** Adds bytes. */
  add(bytes: Uint8Array): void {
    let state = this.state;
    for (const byte of bytes) state = (state >>> 8) ^ (table[(state ^ byte) & 0xff] ?? 0);
    this.state = state;
  }

  /** As Google writes it: base64 of the four bytes, the highest first. */
  digest(): string {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE((this.state ^ 0xffffffff) >>> 0);
    return bytes.toString('base64');
  }
}
