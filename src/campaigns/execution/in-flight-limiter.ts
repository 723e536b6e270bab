/** What may run at once in this process. */
export interface InFlightLimits {
  all: number;
  /** Of one execution, so that there is room for others even while this one is slow. */
  perExecution: number;
}

/** Whose work it is. */
export interface WorkOwner {
  projectId: string;
  executionId: string;
}

interface Queue {
  running: number;
  waiting: (() => void)[];
}

type Row<T> = Map<string, T>;

const comesBackEveryMs = 1_000;
/** What comes back each time of what may run. */
const eighth = 1 / 8;
/** The last place is free again after it rested so many times as long as its work took. */
const restTimes = 10;
const longestRestMs = 1_000;

/**
 * Lets a bounded number of pieces of work run at once. Projects whose work waits take turns, and within each its
 * executions. Work that says that it was jammed halves the number, work that was not lets it grow again by one for each
 * round. What was given away to something more urgent comes back with time, however long work takes.
 */
export class InFlightLimiter {
  private running = 0;
  private room: number;
  /** What is left to it by {@link giveWay}. */
  private left = Number.POSITIVE_INFINITY;
  private comingBack: NodeJS.Timeout | undefined;
  /** Grows with every halving: what began before it tells of the same jam. */
  private jams = 0;
  private readonly projects: Row<Row<Queue>> = new Map();

  constructor(private readonly limits: InFlightLimits) {
    this.room = limits.all;
  }

  /**
   * Runs `work` when there is room for its owner. `wasJammed` tells from its result whether too much ran at once; null
   * when nothing was done that could show it.
   */
  async run<T>(owner: WorkOwner, work: () => Promise<T>, wasJammed?: (result: T) => boolean | null): Promise<T> {
    const queue = this.queueOf(owner);
    if (this.hasRoom(queue)) this.begin(queue);
    else await new Promise<void>((resolve) => queue.waiting.push(resolve));
    const { jams } = this;
    const startedAt = performance.now();
    try {
      const result = await work();
      const isJammed = wasJammed?.(result) ?? null;
      if (isJammed !== null) this.learn(isJammed, jams);
      return result;
    } finally {
      const free = (): void => this.end(owner, queue);
      if (this.left > 1) free();
      else setTimeout(free, Math.min(longestRestMs, restTimes * (performance.now() - startedAt))).unref();
    }
  }

  /**
   * Halves what may run at once, down to one that rests after each piece of work, because something more urgent is late.
   * With every second in which it is not called an eighth comes back.
   */
  giveWay(): void {
    this.left = Math.max(1, Math.min(this.room, this.left) / 2);
    clearInterval(this.comingBack);
    this.comingBack = setInterval(() => this.comeBack(), comesBackEveryMs).unref();
  }

  private comeBack(): void {
    this.left += this.limits.all * eighth;
    if (this.left >= this.limits.all) clearInterval(this.comingBack);
    while (this.admitNext());
  }

  private learn(isJammed: boolean, jamsBefore: number): void {
    if (!isJammed) {
      this.room = Math.min(this.limits.all, this.room + 1 / this.room);
    } else if (jamsBefore === this.jams) {
      this.jams += 1;
      this.room = Math.max(1, this.room / 2);
    }
  }

  private queueOf({ projectId, executionId }: WorkOwner): Queue {
    const executions = this.projects.get(projectId) ?? new Map<string, Queue>();
    this.projects.set(projectId, executions);
    const queue = executions.get(executionId) ?? { running: 0, waiting: [] };
    executions.set(executionId, queue);
    return queue;
  }

  private forget({ projectId, executionId }: WorkOwner): void {
    const executions = this.projects.get(projectId);
    executions?.delete(executionId);
    if (executions?.size === 0) this.projects.delete(projectId);
  }

  private admitNext(): boolean {
    for (const [projectId, executions] of this.projects) {
      for (const [executionId, queue] of executions) {
        if (queue.waiting.length === 0 || !this.hasRoom(queue)) continue;
        this.begin(queue);
        queue.waiting.shift()?.();
        toEnd(executions, executionId, queue);
        toEnd(this.projects, projectId, executions);
        return true;
      }
    }
    return false;
  }

  private hasRoom(queue: Queue): boolean {
    const room = Math.min(this.room, this.left);
    const ofExecution = Math.floor((this.limits.perExecution * room) / this.limits.all);
    return this.running < Math.floor(room) && queue.running < Math.max(1, ofExecution);
  }

  private begin(queue: Queue): void {
    this.running += 1;
    queue.running += 1;
  }

  private end(owner: WorkOwner, queue: Queue): void {
    this.running -= 1;
    queue.running -= 1;
    if (queue.running === 0 && queue.waiting.length === 0) this.forget(owner);
    while (this.admitNext());
  }
}

/** The others come first next time. */
function toEnd<T>(row: Row<T>, key: string, value: T): void {
  row.delete(key);
  row.set(key, value);
}
