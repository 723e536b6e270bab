/** How a piece of work stands. HELD: it waits for what its `detail` names, and goes on by itself or when somebody acts. */
export const workStatuses = ['RUNNING', 'HELD', 'SUCCEEDED', 'PARTLY_FAILED', 'FAILED', 'CANCELLED'] as const;

/** One of {@link workStatuses}. */
export type WorkStatus = (typeof workStatuses)[number];

/** A longer piece of work as people see it, whatever table keeps it. */
export interface Work {
  /** Ids grow with time (UUIDv7): lists of several sources are merged by them. */
  id: string;
  connectionId: string | null;
  /** `module.what`, such as `profiles.import`. */
  kind: string;
  title: string;
  status: WorkStatus;
  triggeredBy: string;
  /** How many items, when known. */
  total: number | null;
  processed: number;
  succeeded: number;
  failed: number;
  /** Why it failed or is held, and what to do. */
  detail: string | null;
  /** Path under the api's address where the failed rows can be downloaded; null when there are none. */
  failedRowsPath: string | null;
  createdAt: Date;
  /** When the work itself began; null while it waits for its turn. */
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** Which work to list, newest first; null does not narrow. */
export interface WorkFilter {
  projectId: string;
  id: string | null;
  connectionId: string | null;
  kind: string | null;
  /** Only work that goes on or is held (true), only work that has ended (false). */
  isOpen: boolean | null;
  /** Only work that stands so. */
  statuses: WorkStatus[] | null;
  /** Only work with `createdAt` from this instant on. */
  from: Date | null;
  /** Only work with `createdAt` before this instant. */
  to: Date | null;
  beforeId: string | null;
  limit: number;
}
