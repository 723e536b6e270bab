import type { Tx } from '@libs/platform';
import { Injectable } from '@nestjs/common';
import type { Work, WorkFilter } from './domain/work';

/** Long work that a module keeps in tables of its own. */
export interface WorkSource {
  /** The kinds of work it has; absent: it may have any. */
  kinds?: string[];
  /** Newest (greatest id) first, at most `limit`. */
  list(tx: Tx, filter: WorkFilter): Promise<Work[]>;
}

/** Modules register here the long work that they keep, so that people see all of it in one list. */
@Injectable()
export class WorkSources {
  private readonly sources: WorkSource[] = [];

  /** Called while the process starts. */
  register(source: WorkSource): void {
    this.sources.push(source);
  }

  /** A page over all sources, newest first. Each is read no further than the page needs. */
  async list(tx: Tx, filter: WorkFilter): Promise<Work[]> {
    const { kind, limit } = filter;
    const asked = this.sources.filter(({ kinds }) => kind === null || !kinds || kinds.includes(kind));
    const lists: Work[][] = [];
    for (const source of asked) lists.push(await source.list(tx, filter));
    const all = lists.flat().sort((one, other) => (one.id < other.id ? 1 : -1));
    return all.slice(0, limit);
  }
}
