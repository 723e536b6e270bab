/** How long values are kept, and at most how many. */
export interface Keeping {
  keepMs: number;
  most: number;
}

interface Loading<V> {
  value: Promise<V>;
  /** Instant of `performance.now()` at which it was asked for. */
  from: number;
}

interface Entry<V> {
  current: Loading<V>;
  /** The same value, asked for again. */
  renewal: Loading<V> | null;
}

/** When most of its time is over, a value that is still asked for is loaded again. */
const renewAfterShare = 0.6;

/**
 * Values that are loaded once for all who ask and then kept for a while. What is asked for again and again is renewed
 * before its time is over, so that those who ask need not all wait at once; nothing that was asked for longer ago than
 * `keepMs` is given out or waited for. Where there are too many, those that were loaded first go.
 */
export class Kept<V> {
  private readonly entries = new Map<string, Entry<V>>();

  constructor(
    private readonly keeping: Keeping,
    private readonly load: (key: string) => Promise<V>,
  ) {}

  /** @throws what loading threw; that is not kept. */
  get(key: string): Promise<V> {
    const { keepMs } = this.keeping;
    const now = performance.now();
    const entry = this.entries.get(key);
    if (!entry || (entry.renewal ?? entry.current).from + keepMs <= now) return this.begin(key);
    if (entry.current.from + keepMs * renewAfterShare <= now) entry.renewal ??= this.renew(key, entry);
    const isOver = entry.current.from + keepMs <= now;
    return (isOver && entry.renewal ? entry.renewal : entry.current).value;
  }

  /** Has the value loaded anew for whoever asks next. */
  forget(key: string): void {
    this.entries.delete(key);
  }

  private begin(key: string): Promise<V> {
    const current = this.ask(key);
    const entry = this.keep(key, current);
    current.value.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    });
    return current.value;
  }

  private ask(key: string): Loading<V> {
    return { from: performance.now(), value: this.load(key) };
  }

  private keep(key: string, current: Loading<V>): Entry<V> {
    const entry = { current, renewal: null };
    this.entries.delete(key);
    const [oldest] = this.entries.keys();
    if (oldest !== undefined && this.entries.size >= this.keeping.most) this.entries.delete(oldest);
    this.entries.set(key, entry);
    return entry;
  }

  /** What was forgotten or loaded anew meanwhile stays so. When it fails, whoever asks next tries again. */
  private renew(key: string, entry: Entry<V>): Loading<V> {
    const renewal = this.ask(key);
    renewal.value.then(
      () => {
        if (this.entries.get(key) === entry) this.keep(key, renewal);
      },
      () => {
        entry.renewal = null;
      },
    );
    return renewal;
  }
}
