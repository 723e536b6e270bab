/** Counts the calls of each key in a sliding window. */
export class RateLimit {
  private readonly times = new Map<string, number[]>();

  constructor(
    private readonly windowMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether one more call fits; it is counted only then. Null is no limit. */
  take(key: string, limit: number | null): boolean {
    if (limit === null) return true;
    const now = this.now();
    const recent = (this.times.get(key) ?? []).filter((time) => now - time < this.windowMs);
    const fits = recent.length < limit;
    if (fits) recent.push(now);
    this.times.set(key, recent);
    return fits;
  }
}
