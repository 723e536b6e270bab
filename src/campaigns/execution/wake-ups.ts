/** So many executions are remembered at most. */
const mostKept = 10_000;

/** How often workers are told of what keeps coming, in milliseconds: of a few, and of so many at once. */
export interface WakeUpPace {
  few: number;
  many: number;
  /** Whose worker looks again by itself. */
  areMany: number;
}

/**
 * When workers are told that something waits in an execution: with the commit itself, and while more keeps coming from time
 * to time. A notification wakes each connection that listens to the database, of which every queue of a process has one.
 */
export class WakeUps {
  private readonly toldAt = new Map<string, number>();
  private readonly owed = new Map<string, NodeJS.Timeout>();

  /** @param tell wakes the workers of an execution; where it fails, the sweep finds what waits. */
  constructor(
    private pace: WakeUpPace,
    private readonly tell: (executionId: string) => Promise<void>,
  ) {}

  /** Which of the executions that so many come to are to be told with the commit. Call {@link committed} after it with all. */
  due(coming: ReadonlyMap<string, number>): string[] {
    if (this.toldAt.size > mostKept) this.toldAt.clear();
    const now = performance.now();
    const due = [...coming].filter(([id, count]) => !this.owed.has(id) && this.nextAt(id, count) <= now);
    for (const [id] of due) this.toldAt.set(id, now);
    return due.map(([id]) => id);
  }

  /** Has those told that were not with the commit, as soon as it is time. */
  committed(coming: ReadonlyMap<string, number>, told: string[]): void {
    const now = performance.now();
    for (const [id, count] of coming) {
      if (told.includes(id) || this.owed.has(id)) continue;
      this.owed.set(
        id,
        setTimeout(() => void this.pay(id), Math.max(0, this.nextAt(id, count) - now)),
      );
    }
  }

  /** Tells what is owed without waiting for its time, and what is committed from now on with its commit. */
  async end(): Promise<void> {
    this.pace = { few: 0, many: 0, areMany: 1 };
    await Promise.all([...this.owed.keys()].map((id) => this.pay(id)));
  }

  private nextAt(id: string, count: number): number {
    const { few, many, areMany } = this.pace;
    return (this.toldAt.get(id) ?? Number.NEGATIVE_INFINITY) + (count < areMany ? few : many);
  }

  private async pay(id: string): Promise<void> {
    clearTimeout(this.owed.get(id));
    this.owed.delete(id);
    this.toldAt.set(id, performance.now());
    await this.tell(id).catch(() => undefined);
  }
}
