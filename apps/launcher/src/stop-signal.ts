const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes on a Ctrl-C that the terminal has already sent; the two are one. */
const sameRequestMs = 1000;

/** Hears the request to stop; a second, later one ends the process at once after `endNow`. */
export class StopSignal {
  private readonly controller = new AbortController();
  private requestedAt = 0;
  private endNow: () => void = () => undefined;

  constructor() {
    for (const signal of stopSignals) process.on(signal, () => this.hear());
  }

  /** Aborted once somebody asked to stop. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Resolves when somebody asks to stop. */
  requested(): Promise<void> {
    if (this.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  /** What must still happen when the person does not want to wait for an orderly stop. */
  onImpatience(endNow: () => void): void {
    this.endNow = endNow;
  }

  private hear(): void {
    if (!this.signal.aborted) {
      this.requestedAt = Date.now();
      this.controller.abort();
      return;
    }
    if (Date.now() - this.requestedAt < sameRequestMs) return;
    this.endNow();
    process.exit(1);
  }
}
