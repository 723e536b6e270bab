import { type Act, type Deed, meanings, type Road } from './acts';
import type { Person } from './people';

/** What should be known of somebody. */
interface Known {
  person: Person;
  deeds: Set<Deed>;
  wants: Record<Road, boolean>;
  isEmailAlive: boolean;
  acts: Act[];
}

/** What should have come of everything that was played, by customer. */
export class Expected {
  private readonly known = new Map<string, Known>();

  /** Everybody wants everything at first, and providers have said which numbers and tokens are dead. */
  constructor(people: Person[]) {
    for (const person of people) {
      const deeds = new Set(firstDeeds(person));
      const wants = { email: true, sms: true, push: true };
      this.known.set(person.customerId, { person, deeds, wants, isEmailAlive: true, acts: [] });
    }
  }

  /** Somebody does something; what they said last counts. */
  note({ customerId }: Person, act: Act): void {
    const known = this.known.get(customerId);
    if (!known) return;
    const { deeds, says, kills } = meanings[act];
    known.acts.push(act);
    for (const deed of deeds) known.deeds.add(deed);
    Object.assign(known.wants, says);
    if (kills) known.isEmailAlive = false;
  }

  /** `deed customer` of everybody's deeds among these kinds. */
  deeds(kinds: readonly Deed[]): Set<string> {
    const all = [...this.known.values()];
    return new Set(
      kinds.flatMap((deed) =>
        all.filter(({ deeds }) => deeds.has(deed)).map(({ person }) => `${deed} ${person.customerId}`),
      ),
    );
  }

  /** What somebody did, in its order. */
  actsOf(customerId: string): readonly Act[] {
    return this.known.get(customerId)?.acts ?? [];
  }

  /** How many people got a message: those whom a provider takes something for. */
  get sent(): number {
    return this.count(({ email, number, phone }) => email !== null || number !== null || isAlive(phone));
  }

  /** How many people had nothing that a message could be handed over to. */
  get unreachable(): number {
    return this.count(({ email, number, phone }) => email === null && number === null && phone === null);
  }

  /** `road customer` and whether they can be contacted that way; of whom there is nothing to say is absent. */
  get contactable(): Map<string, boolean> {
    const entries = [...this.known.values()].flatMap(({ person, wants, isEmailAlive }): [string, boolean][] => {
      const { customerId, email, number, isNumberKnown, phone } = person;
      return [
        [`email ${customerId}`, wants.email && email !== null && isEmailAlive],
        [`sms ${customerId}`, wants.sms && number !== null && isNumberKnown],
        ...(phone === null ? [] : [[`push ${customerId}`, wants.push && isAlive(phone)] as [string, boolean]]),
      ];
    });
    return new Map(entries);
  }

  private count(holds: (person: Person) => boolean): number {
    return [...this.known.values()].filter(({ person }) => holds(person)).length;
  }
}

/** What a text comes to by itself; whoever has nothing but a dead phone has bounced. */
function firstDeeds({ email, number, isNumberKnown, phone }: Person): Deed[] {
  if (number !== null) return [isNumberKnown ? 'DELIVERED' : 'BOUNCED'];
  return email === null && phone === 'DEAD' ? ['BOUNCED'] : [];
}

function isAlive(phone: Person['phone']): boolean {
  return phone === 'APP' || phone === 'IMPORTED';
}
