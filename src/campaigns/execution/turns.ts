import type { WorkOwner } from './in-flight-limiter';

const restMs = 2_000;

/**
 * Whose work begins next: that of the project of which least is under way, and among those of the one whose last turn is
 * longest ago; in the same way of its executions. It knows of the work of this process alone.
 */
export class Turns {
  private readonly underWay = new Map<string, number>();
  /** The number of the last turn, by project and by execution. */
  private readonly last = new Map<string, number>();
  private readonly restingUntil = new Map<string, number>();
  private turns = 0;

  /**
   * Counts work of the one whose turn it is as begun, until {@link end}; null when nobody has any but executions that are
   * `passed` over. Those that {@link rest} come after all others.
   */
  begin(owners: readonly WorkOwner[], passed: ReadonlySet<string>): WorkOwner | null {
    this.forgetAllBut(owners);
    const others = owners.filter(({ executionId }) => !passed.has(executionId));
    const awake = others.filter(({ executionId }) => !this.isResting(executionId));
    const [next] = (awake.length > 0 ? awake : others).toSorted((one, other) => this.inOrder(one, other));
    if (!next) return null;
    this.turns += 1;
    for (const id of idsOf(next)) {
      this.last.set(id, this.turns);
      this.underWay.set(id, this.countOf(id) + 1);
    }
    return next;
  }

  /** Nothing can be sent of this execution now: for a while it is not tried as long as there is another one. */
  rest(executionId: string): void {
    this.restingUntil.set(executionId, performance.now() + restMs);
  }

  /** Work that was begun for this owner is over. */
  end(owner: WorkOwner): void {
    for (const id of idsOf(owner)) {
      const left = this.countOf(id) - 1;
      if (left > 0) this.underWay.set(id, left);
      else this.underWay.delete(id);
    }
  }

  private inOrder(one: WorkOwner, other: WorkOwner): number {
    return (
      this.compare(one.projectId, other.projectId) ||
      (one.projectId < other.projectId ? -1 : Number(one.projectId > other.projectId)) ||
      this.compare(one.executionId, other.executionId)
    );
  }

  private compare(one: string, other: string): number {
    return this.countOf(one) - this.countOf(other) || (this.last.get(one) ?? 0) - (this.last.get(other) ?? 0);
  }

  private isResting(executionId: string): boolean {
    return (this.restingUntil.get(executionId) ?? 0) > performance.now();
  }

  private countOf(id: string): number {
    return this.underWay.get(id) ?? 0;
  }

  private forgetAllBut(owners: readonly WorkOwner[]): void {
    const known = new Set(owners.flatMap(idsOf));
    for (const id of this.last.keys()) if (!known.has(id) && !this.underWay.has(id)) this.last.delete(id);
    for (const id of this.restingUntil.keys()) if (!this.isResting(id)) this.restingUntil.delete(id);
  }
}

function idsOf({ projectId, executionId }: WorkOwner): string[] {
  return [projectId, executionId];
}
