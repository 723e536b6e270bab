import type { WorkerPart } from '../config/platform.config';

/** One kind of job: its own queue, the ids it carries and how it is retried. */
export interface JobContract<T extends object> {
  /** Queue name, `module.verb-noun`; one queue per kind. */
  readonly queue: string;
  /** Deterministic id: the same work asked for twice is one job. Neither `:` nor a bare integer. */
  readonly id: (data: T) => string;
  /** Tries in all, when the failure says that a retry makes sense. */
  readonly attempts: number;
  /** First wait between tries in ms; it doubles. */
  readonly backoffMs: number;
  /** Jobs run at once in one worker process. */
  readonly concurrency: number;
  /** The worker processes that take it where they are divided. */
  readonly part: Exclude<WorkerPart, 'all'>;
}

const contracts = new Map<string, JobContract<never>>();

/** Declares a job. A queue name can be declared once. */
export function defineJob<T extends object>(
  contract: Pick<JobContract<T>, 'queue' | 'id'> & Partial<JobContract<T>>,
): JobContract<T> {
  const complete: JobContract<T> = { attempts: 10, backoffMs: 1000, concurrency: 1, part: 'rest', ...contract };
  contracts.set(complete.queue, complete as JobContract<never>);
  return complete;
}

/** Every job that the loaded code declares. */
export function declaredJobs(): JobContract<never>[] {
  return [...contracts.values()];
}
