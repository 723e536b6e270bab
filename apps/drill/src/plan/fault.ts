/** Where the queues live. */
export type Backend = 'postgres' | 'redis';

/** Faults of workers that hold claims; at least half of a plan. */
export const workerFaults = ['worker-killed', 'workers-killed', 'worker-frozen'] as const;

const otherFaults = [
  'api-killed',
  'postgres-short',
  'postgres-long',
  'postgres-immediate',
  'provider-5xx',
  'provider-429',
  'provider-hangs',
  'provider-cuts-before',
  'provider-cuts-after',
  'callbacks-repeated',
  'callbacks-reordered',
  'callbacks-forgotten',
] as const;

/** Of the back end: everything that waits in the queues is gone, or the whole server. */
const queueFaults = { redis: ['redis-wiped', 'redis-killed'], postgres: ['queue-wiped'] } as const;

/** What goes wrong. */
export type FaultKind =
  | (typeof workerFaults)[number]
  | (typeof otherFaults)[number]
  | (typeof queueFaults)[Backend][number];

/** One fault of a plan. */
export interface PlannedFault {
  number: number;
  kind: FaultKind;
  /** Rest after the fault before it. */
  pauseMs: number;
  /** How long it lasts; 0 where it is a moment. */
  lastsMs: number;
  /** Which worker, from 0. */
  worker: number;
  /** How many requests the provider spoils. */
  requests: number;
}

/** The kinds that can be planned beside those of workers. */
export function otherKinds(backend: Backend): FaultKind[] {
  return [...otherFaults, ...queueFaults[backend]];
}
