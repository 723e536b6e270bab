import { IdIndex } from './id-index';

const blockBytes = 1 << 18;

/**
 * Counts messages per address. Addresses lie as plain bytes in blocks outside the JavaScript heap, so memory grows with
 * the number of different addresses only, by little more than their length.
 */
export class AddressBook {
  private readonly index = new IdIndex();
  private counts = new Uint32Array(1 << 12);
  private readonly blocks: { bytes: Buffer; used: number }[] = [];

  /** How many different addresses were counted. */
  get size(): number {
    return this.index.size;
  }

  add(address: string): void {
    const known = this.index.size;
    const ordinal = this.index.add(address);
    if (ordinal === known) this.append(address);
    this.counts[ordinal] = (this.counts[ordinal] ?? 0) + 1;
  }

  /** Every address with its count, in the order of first arrival. */
  *entries(): Generator<{ address: string; count: number }> {
    let ordinal = 0;
    for (const block of this.blocks) {
      const lines = block.bytes.toString('utf8', 0, block.used).split('\n');
      lines.pop();
      for (const address of lines) {
        yield { address, count: this.counts[ordinal] ?? 0 };
        ordinal += 1;
      }
    }
  }

  private append(address: string): void {
    if (this.index.size > this.counts.length) {
      const larger = new Uint32Array(this.counts.length * 2);
      larger.set(this.counts);
      this.counts = larger;
    }
    const line = Buffer.from(`${address.replaceAll('\n', ' ')}\n`);
    const block = this.blockWithRoom(line.length);
    block.used += line.copy(block.bytes, block.used);
  }

  private blockWithRoom(bytes: number): { bytes: Buffer; used: number } {
    const last = this.blocks.at(-1);
    if (last && last.used + bytes <= last.bytes.length) return last;
    const block = { bytes: Buffer.alloc(Math.max(blockBytes, bytes)), used: 0 };
    this.blocks.push(block);
    return block;
  }
}
