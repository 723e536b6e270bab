const windowMs = 10_000;

/** Counts the calls of each key in the last 10 seconds. */
export class RateLimit {
  private readonly times = new Map<string, number[]>();

  /** Whether one more call fits; it is counted only then. */
  take(key: string, limit: number): boolean {
    const now = performance.now();
    const recent = (this.times.get(key) ?? []).filter((time) => now - time < windowMs);
    const fits = recent.length < limit;
    if (fits) recent.push(now);
    this.times.set(key, recent);
    return fits;
  }
}
