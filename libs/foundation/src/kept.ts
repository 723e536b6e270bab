/** How long values are kept, and at most how many. */
export interface Keeping {
  keepMs: number;
  most: number;
}

interface Entry<V> {
  value: Promise<V>;
  /** Instants of `performance.now()`. */
  renewAt: number;
  until: number;
  /** The same value, asked for again. */
  renewal: Promise<V> | null;
}

/** When most of its time is over, a value that is still asked for is loaded again. */
const renewAfterShare = 0.6;

/**
 * Values that are loaded once for all who ask and then kept for a while. What is asked for again and again is renewed
 * before its time is over, so that those who ask need not all wait at once; nothing older than `keepMs` is given out.
 */
export class Kept<V> {
  private readonly entries = new Map<string, Entry<V>>();

  constructor(
    private readonly keeping: Keeping,
    private readonly load: (key: string) => Promise<V>,
  ) {}

  /** @throws what loading threw; that is not kept. */
  get(key: string): Promise<V> {
    const now = performance.now();
    const entry = this.entries.get(key);
    if (!entry) return this.keep(key, this.load(key));
    if (entry.renewAt <= now) entry.renewal ??= this.renew(key, entry);
    return entry.until > now || entry.renewal === null ? entry.value : entry.renewal;
  }

  /** Keeps a value that came another way. */
  set(key: string, value: V): void {
    void this.keep(key, Promise.resolve(value));
  }

  /** Has the value loaded anew for whoever asks next. */
  forget(key: string): void {
    this.entries.delete(key);
  }

  private keep(key: string, value: Promise<V>, from = performance.now()): Promise<V> {
    const { keepMs, most } = this.keeping;
    if (this.entries.size >= most && !this.entries.has(key)) this.entries.clear();
    const entry = { value, renewAt: from + keepMs * renewAfterShare, until: from + keepMs, renewal: null };
    this.entries.set(key, entry);
    value.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    });
    return value;
  }

  /** What was forgotten or set meanwhile stays so. When it fails, whoever asks next tries again. */
  private renew(key: string, entry: Entry<V>): Promise<V> {
    const from = performance.now();
    const renewal = this.load(key);
    renewal.then(
      () => {
        if (this.entries.get(key) === entry) void this.keep(key, renewal, from);
      },
      () => {
        entry.renewal = null;
      },
    );
    return renewal;
  }
}
