import type { JobContract } from '../queue/job-contract';

/** News of a module, named `module.what-happened`; upper modules subscribe jobs to it, the emitter does not know them. */
export interface IntegrationEvent<T extends object> {
  readonly name: string;
  readonly subscribers: JobContract<T>[];
}

/** Declares an event. `T` is its data: ids only. */
export function defineEvent<T extends object>(name: string): IntegrationEvent<T> {
  return { name, subscribers: [] };
}

/** Makes every publication of the event enqueue the job. Called while modules load, on every host. */
export function subscribe<T extends object>(event: IntegrationEvent<T>, job: JobContract<T>): void {
  if (!event.subscribers.includes(job)) event.subscribers.push(job);
}
