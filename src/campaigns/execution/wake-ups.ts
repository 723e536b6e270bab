/** So many executions are remembered at most. */
const mostKept = 10_000;

/**
 * When workers are told that something waits in an execution: with the commit itself, and while more keeps coming at most
 * every `everyMs`. A notification wakes each process that listens to the database, and whoever works looks again by itself.
 */
export class WakeUps {
  private readonly toldAt = new Map<string, number>();
  private readonly owed = new Map<string, NodeJS.Timeout>();

  /** @param tell wakes the workers of an execution; where it fails, the sweep finds what waits. */
  constructor(
    private everyMs: number,
    private readonly tell: (executionId: string) => Promise<void>,
  ) {}

  /** Those of the executions that are to be told with the commit. Call {@link committed} after it with all of them. */
  due(executionIds: ReadonlySet<string>): string[] {
    if (this.toldAt.size > mostKept) this.toldAt.clear();
    const now = performance.now();
    const due = [...executionIds].filter((id) => !this.owed.has(id) && this.nextAt(id) <= now);
    for (const id of due) this.toldAt.set(id, now);
    return due;
  }

  /** Has those told that were not with the commit, as soon as it is time. */
  committed(executionIds: ReadonlySet<string>, told: string[]): void {
    const now = performance.now();
    for (const id of executionIds) {
      if (told.includes(id) || this.owed.has(id)) continue;
      this.owed.set(
        id,
        setTimeout(() => void this.pay(id), Math.max(0, this.nextAt(id) - now)),
      );
    }
  }

  /** Tells what is owed without waiting for its time, and what is committed from now on with its commit. */
  async end(): Promise<void> {
    this.everyMs = 0;
    await Promise.all([...this.owed.keys()].map((id) => this.pay(id)));
  }

  private nextAt(id: string): number {
    return (this.toldAt.get(id) ?? Number.NEGATIVE_INFINITY) + this.everyMs;
  }

  private async pay(id: string): Promise<void> {
    clearTimeout(this.owed.get(id));
    this.owed.delete(id);
    this.toldAt.set(id, performance.now());
    await this.tell(id).catch(() => undefined);
  }
}
