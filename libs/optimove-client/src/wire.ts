/** A JSON object of the wire. Optimove's clients of different ages spell keys differently, so they are read caseless. */
export class WireObject {
  /** By lower-case key; made when a key is not spelt as it is asked for, because rows come by the million. */
  private values: Map<string, unknown> | null = null;

  constructor(private readonly source: Record<string, unknown>) {}

  /** The value of the first of these keys that is there. */
  get(...keys: string[]): unknown {
    for (const key of keys) {
      const value = this.valueAt(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** An id, which comes as a number or as a string; null when there is none. */
  id(...keys: string[]): string | null {
    return toId(this.get(...keys));
  }

  /** An id with the blanks around it that it was written with; null when there is none. */
  writtenId(key: string): string | null {
    const value = this.get(key);
    const id = toId(value);
    return id !== null && typeof value === 'string' ? value : id;
  }

  /** A text; null when there is none. */
  text(...keys: string[]): string | null {
    const value = this.get(...keys);
    return typeof value === 'string' && value !== '' ? value : null;
  }

  /** Keys that are none of these, as they were written. */
  others(known: ReadonlySet<string>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(this.source).filter(([key]) => !known.has(key.toLowerCase())));
  }

  private valueAt(key: string): unknown {
    if (Object.hasOwn(this.source, key)) return this.source[key];
    this.values ??= new Map(Object.entries(this.source).map(([name, value]) => [name.toLowerCase(), value]));
    return this.values.get(key.toLowerCase());
  }
}

/** Reads an object; null for anything else. */
export function toWireObject(value: unknown): WireObject | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return new WireObject(value as Record<string, unknown>);
}

/** An id as text. */
export function toId(value: unknown): string | null {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' ? null : text;
}

/** An id as it is sent: a number when it is one, otherwise as it is. */
export function fromId(id: string): number | string {
  const number = Number(id);
  return /^\d+$/.test(id) && Number.isSafeInteger(number) ? number : id;
}

/** Whether PostgreSQL can keep the text: a zero character or half a surrogate pair is no text to it. */
export function isStorable(text: string, longest: number): boolean {
  return text.length <= longest && !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);
}
