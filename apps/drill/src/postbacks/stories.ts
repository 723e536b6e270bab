import type { Random } from '../plan/random';
import type { Act } from './acts';
import type { Person } from './people';

/** Something that somebody does. */
export interface Scene {
  person: Person;
  act: Act;
}

type Chances = [act: Act, chance: number][];

const withMail: Chances = [
  ['mail-delivered', 0.5],
  ['mail-opened', 0.3],
  ['mail-fetched-by-program', 0.05],
  ['mail-clicked', 0.2],
  ['mail-left', 0.05],
  ['mail-complaint', 0.03],
  ['chose-all', 0.02],
  ['chose-mail', 0.02],
  ['chose-texts', 0.02],
  ['chose-nothing', 0.02],
];
const bouncing: Chances = [
  ['mail-delivered', 0.5],
  ['mail-hard-bounce', 0.5],
  ['mail-soft-bounce', 0.6],
];
const withTexts: Chances = [
  ['text-stop', 0.1],
  ['text-start', 0.06],
];
const withApp: Chances = [
  ['push-displayed', 0.5],
  ['push-opened', 0.3],
  ['push-clicked', 0.2],
  ['push-dismissed', 0.15],
  ['push-off', 0.15],
  ['push-on', 0.1],
];
const bounces = 0.08;
const again = 0.2;

/** What these people do at random, in a random order: some of it twice, some of it before what it follows from. */
export function randomScenes(people: Person[], random: Random): Scene[] {
  const timed = people.flatMap((person) =>
    actsOf(person, random).flatMap((act) => {
      const times = random() < again ? 2 : 1;
      return Array.from({ length: times }, () => ({ at: random(), scene: { person, act } }));
    }),
  );
  return timed.sort((one, other) => one.at - other.at).map(({ scene }) => scene);
}

function actsOf({ email, number, isNumberKnown, phone }: Person, random: Random): Act[] {
  const mail = email === null ? [] : random() < bounces ? bouncing : withMail;
  const chances = [
    ...mail,
    ...(number !== null && isNumberKnown ? withTexts : []),
    ...(phone === 'APP' ? withApp : []),
  ];
  return chances.filter(([, chance]) => random() < chance).map(([act]) => act);
}
