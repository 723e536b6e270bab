/** Something that runs until it is stopped. */
export interface Part {
  stop(): Promise<void>;
}

/** What runs so far, so that it can all be stopped at any moment, also while more of it is starting. */
export class Parts {
  private readonly running: Part[] = [];
  private starting: Promise<unknown> = Promise.resolve();
  private stopped: Promise<void> | null = null;

  /** Starts one more. @throws once the stop has begun; what was starting then is stopped, too. */
  async start<T extends Part>(begin: () => Promise<T>): Promise<T> {
    if (this.stopped) throw new Error('Stopped while it was starting');
    const begun = begin().then((part) => this.add(part));
    this.starting = begun.catch(() => undefined);
    return begun;
  }

  /** Has something stopped with the others. */
  add<T extends Part>(part: T): T {
    this.running.unshift(part);
    return part;
  }

  /** Stops everything, the latest first; asked again, it is the same stop. */
  stop(): Promise<void> {
    this.stopped ??= this.starting.then(() => this.stopAll());
    return this.stopped;
  }

  private async stopAll(): Promise<void> {
    for (const part of this.running) await part.stop();
  }
}

/** On a signal stops the parts and ends the process with `code`; a signal that comes again is the same request. */
export function stopOnSignal(parts: Parts, code = 130): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void parts.stop().finally(() => process.exit(code)));
  }
}
