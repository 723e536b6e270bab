import { otherKinds, type PlannedFault, workerFaults } from './fault';
import { makePlan } from './make-plan';

const options = { seed: 7, faults: 200, backend: 'redis' } as const;
const kindsOf = (plan: PlannedFault[]): Set<string> => new Set(plan.map(({ kind }) => kind));

describe('the plan of a drill', () => {
  it('is the same for the same seed and another for another', () => {
    expect(makePlan(options)).toEqual(makePlan(options));
    expect(makePlan({ ...options, seed: 8 })).not.toEqual(makePlan(options));
  });

  it.each([1, 15, 200])('hits workers with at least half of %i faults', (faults) => {
    const plan = makePlan({ ...options, faults });
    const hits = plan.filter(({ kind }) => (workerFaults as readonly string[]).includes(kind));
    expect(plan).toHaveLength(faults);
    expect(hits.length * 2).toBeGreaterThanOrEqual(faults);
  });

  it('brings every kind', () => {
    expect(kindsOf(makePlan(options))).toEqual(new Set([...workerFaults, ...otherKinds('redis')]));
  });

  it('leaves Redis alone where there is none, and wipes the queues there', () => {
    const kinds = [...kindsOf(makePlan({ ...options, backend: 'postgres' }))];
    expect(kinds.filter((kind) => /redis|queue/.test(kind))).toEqual(['queue-wiped']);
  });

  it('restarts PostgreSQL for shorter and for longer than the locks', () => {
    const lasting = (kind: string): number[] =>
      makePlan(options).flatMap((fault) => (fault.kind === kind ? [fault.lastsMs] : []));
    expect(Math.max(...lasting('postgres-short'))).toBeLessThan(15_000);
    expect(Math.min(...lasting('postgres-long'))).toBeGreaterThan(20_000);
  });
});
