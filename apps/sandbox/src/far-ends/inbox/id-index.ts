const firstCapacity = 1 << 12;

/**
 * Numbers distinct texts in the order they are first seen, keeping 64 bits of each and never the text: about 24 bytes a
 * text, so a run of millions fits. Two texts with the same 64 bits would count as one; for ten million texts the chance
 * that this happens at all is about one in a million.
 */
export class IdIndex {
  private high = new Uint32Array(firstCapacity);
  private low = new Uint32Array(firstCapacity);
  /** The ordinal plus one; 0 is a free place. */
  private places = new Uint32Array(firstCapacity);
  private count = 0;

  /** How many distinct texts were added. */
  get size(): number {
    return this.count;
  }

  /** The ordinal of the text, from 0; a text not seen before gets the next one. */
  add(text: string): number {
    if (this.count * 3 > this.places.length * 2) this.grow();
    const [high, low] = hash64(text);
    const place = this.placeOf(high, low);
    const found = this.places[place] ?? 0;
    if (found > 0) return found - 1;
    this.put(place, { high, low, ordinalPlusOne: this.count + 1 });
    this.count += 1;
    return this.count - 1;
  }

  private placeOf(high: number, low: number): number {
    const mask = this.places.length - 1;
    let place = low & mask;
    while (this.places[place] !== 0 && (this.low[place] !== low || this.high[place] !== high))
      place = (place + 1) & mask;
    return place;
  }

  private put(place: number, entry: { high: number; low: number; ordinalPlusOne: number }): void {
    this.high[place] = entry.high;
    this.low[place] = entry.low;
    this.places[place] = entry.ordinalPlusOne;
  }

  private grow(): void {
    const { high: highs, low: lows, places } = this;
    const capacity = places.length * 2;
    this.high = new Uint32Array(capacity);
    this.low = new Uint32Array(capacity);
    this.places = new Uint32Array(capacity);
    places.forEach((ordinalPlusOne, at) => {
      if (ordinalPlusOne === 0) return;
      const high = highs[at] ?? 0;
      const low = lows[at] ?? 0;
      this.put(this.placeOf(high, low), { high, low, ordinalPlusOne });
    });
  }
}

/** Two 32-bit lanes of multiply-and-mix, stirred into each other at the end: fast, well spread, not for secrets. */
function hash64(text: string): [high: number, low: number] {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return [high >>> 0, low >>> 0];
}
