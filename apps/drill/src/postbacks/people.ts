import type { Random } from '../plan/random';

/** Somebody on a list of Optimove whom we know. */
export interface Person {
  customerId: string;
  email: string | null;
  number: string | null;
  /** Whether the SMS centre finds the number. */
  isNumberKnown: boolean;
  /** Their phone: with our app on it, imported from elsewhere, or with a token that the push service gave up. */
  phone: 'APP' | 'IMPORTED' | 'DEAD' | null;
}

/** People, and the files that make them known to us. */
export interface ImportedPeople {
  people: Person[];
  profiles: string;
  devices: string;
}

const chance = { noEmail: 0.25, noNumber: 0.4, unknownNumber: 0.08, app: 0.35, deadToken: 0.05 };

/** Takes something from some of the people in the sandbox's files: an address, a number that is found, a token that lives. */
export function varyPeople(files: { profiles: string; devices: string }, random: Random): ImportedPeople {
  const people = new Map<string, Person>();
  const profiles = eachLine(files.profiles, (cells) => {
    const [customerId = '', email = '', number = '', ...rest] = cells;
    const person = personOf({ customerId, email, number }, random);
    people.set(customerId, person);
    return [customerId, person.email ?? '', person.number ?? '', ...rest];
  });
  const devices = eachLine(files.devices, ([customerId = '', token = '', ...rest]) => {
    const person = people.get(customerId);
    if (!person) return null;
    person.phone = phoneOf(random);
    if (person.phone === 'APP') return null;
    return [customerId, person.phone === 'DEAD' ? `unregistered-${token}` : token, ...rest];
  });
  return { people: [...people.values()], profiles, devices };
}

function personOf(
  { customerId, email, number }: { customerId: string; email: string; number: string },
  random: Random,
): Person {
  const isNumberKnown = random() >= chance.unknownNumber;
  return {
    customerId,
    email: random() < chance.noEmail ? null : email,
    number: random() < chance.noNumber ? null : isNumberKnown ? number : unknownNumber(number),
    isNumberKnown,
    phone: null,
  };
}

function phoneOf(random: Random): Person['phone'] {
  const drawn = random();
  if (drawn < chance.deadToken) return 'DEAD';
  return drawn < chance.deadToken + chance.app ? 'APP' : 'IMPORTED';
}

/** The SMS centre of the sandbox finds no number that ends like this. */
function unknownNumber(number: string): string {
  return `49${number.slice(3, -1)}0000`;
}

function eachLine(csv: string, change: (cells: string[]) => string[] | null): string {
  const [head = '', ...lines] = csv.trimEnd().split('\n');
  const changed = lines.flatMap((line) => {
    const cells = change(line.split(','));
    return cells ? [cells.join(',')] : [];
  });
  return `${[head, ...changed].join('\n')}\n`;
}
