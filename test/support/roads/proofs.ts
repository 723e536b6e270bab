import { outcomeOf, type Proof } from '../../integration/suppression/guard-proofs';
import type { Product } from '../product';
import { inTurns } from './phones';
import { type RoadCase, type RoadPerson, rulesFor } from './roads';

interface RoadProof extends Proof {
  decidedAt: string;
  origin: string;
  executionId: string;
  basisId: string;
}

const fields = 'decidedAt origin executionId medium basis basisId outcome freshness overrideId';
const perRequest = 12;

/** What the proof query says of everybody for a while. */
export class Proofs {
  constructor(private readonly byUser: Map<string, RoadProof[]>) {}

  /**
   * What was decided of a case, the newest time, in one of these executions; null asks for all of its origin.
   * @returns `NOT DECIDED` where no rule and no list left a proof.
   */
  outcome({ person, origin, medium }: RoadCase, executionIds: string[] | null): string {
    const kind = origin === 'DIRECT' ? 'DIRECT' : 'OPTIMOVE';
    const own = (this.byUser.get(person.userId) ?? []).filter(
      (proof) => proof.origin === kind && (executionIds?.includes(proof.executionId) ?? true),
    );
    const newest = new Map<string, RoadProof>();
    for (const proof of own) if (!newest.has(proof.basisId)) newest.set(proof.basisId, proof);
    if (newest.size === 0) return 'NOT DECIDED';
    return outcomeOf([...newest.values()], { rules: rulesFor(origin), medium });
  }
}

/** Asks for all of these people. */
export async function proofsOf(
  { graphql }: Product,
  { people: all, from, until }: { people: RoadPerson[]; from: Date; until: Date },
): Promise<Proofs> {
  const byUser = new Map<string, RoadProof[]>();
  const groups = Array.from({ length: Math.ceil(all.length / perRequest) }, (_, index) =>
    all.slice(index * perRequest, (index + 1) * perRequest),
  );
  await inTurns(groups, async (people) => {
    const asked = people.map(
      ({ userId }) => `${userId}: suppressionProof(userId: "${userId}", at: "${until.toISOString()}") { ${fields} }`,
    );
    const answer = await graphql<Record<string, RoadProof[]>>(`{ ${asked.join('\n')} }`);
    for (const { userId } of people) {
      const proofs = answer[userId] ?? [];
      byUser.set(
        userId,
        proofs.filter(({ decidedAt }) => new Date(decidedAt) >= from),
      );
    }
  });
  return new Proofs(byUser);
}
