import { type Backend, type FaultKind, otherKinds, type PlannedFault, workerFaults } from './fault';
import { between, type Random, randomFrom, shuffled } from './random';

/** How many workers a drill runs. */
export const workerCount = 2;

/** Longer than a chunk's lease (20 s) and a queue's lock (15 s). */
const outlastsLocksMs = 23_000;

const lasts: Partial<Record<FaultKind, [number, number]>> = {
  'worker-killed': [0, 2_500],
  'workers-killed': [0, 2_500],
  'worker-frozen': [outlastsLocksMs, outlastsLocksMs + 3_000],
  'api-killed': [0, 2_000],
  'postgres-short': [500, 3_000],
  'postgres-immediate': [0, 3_000],
  'postgres-long': [outlastsLocksMs, outlastsLocksMs + 3_000],
  'redis-killed': [500, 6_000],
};

const spoiled: Partial<Record<FaultKind, [number, number]>> = {
  'provider-5xx': [50, 600],
  'provider-429': [50, 600],
  'provider-hangs': [10, 80],
  'provider-cuts-before': [10, 120],
  'provider-cuts-after': [10, 120],
};

/** Mostly single kills; both workers at once and frozen ones, which come back after their lease, now and then. */
const workerKinds: readonly FaultKind[] = [
  ...Array.from({ length: 7 }, () => workerFaults[0]),
  ...Array.from({ length: 2 }, () => workerFaults[1]),
  workerFaults[2],
];

/** The faults of a drill: at least half hit workers, the others take turns. The same seed makes the same plan. */
export function makePlan(options: { seed: number; faults: number; backend: Backend }): PlannedFault[] {
  const random = randomFrom(options.seed);
  const hits = Math.ceil(options.faults * 0.55);
  const kinds = [
    ...takingTurns(random, workerKinds, hits),
    ...takingTurns(random, otherKinds(options.backend), options.faults - hits),
  ];
  return shuffled(random, kinds).map((kind, index) => ({
    number: index + 1,
    kind,
    pauseMs: between(random, 300, 2_500),
    lastsMs: drawn(random, lasts[kind]),
    worker: between(random, 0, workerCount - 1),
    requests: drawn(random, spoiled[kind]),
  }));
}

function takingTurns(random: Random, kinds: readonly FaultKind[], count: number): FaultKind[] {
  const out: FaultKind[] = [];
  while (out.length < count) out.push(...shuffled(random, kinds));
  return out.slice(0, count);
}

function drawn(random: Random, range: [number, number] | undefined): number {
  return range ? between(random, ...range) : 0;
}
