/** Lets so many pieces of work run at once; the others wait their turn, those that are urgent before all others. */
export class Window {
  private free: number;
  private readonly urgent: (() => void)[] = [];
  private readonly others: (() => void)[] = [];

  constructor(private readonly size: number) {
    this.free = size;
  }

  /** Whether nothing runs or waits. */
  get isIdle(): boolean {
    return this.free === this.size;
  }

  async run<T>(work: () => Promise<T>, isUrgent: boolean): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((turn) => (isUrgent ? this.urgent : this.others).push(turn));
    try {
      return await work();
    } finally {
      const next = this.urgent.shift() ?? this.others.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
