import { type Case, expected, isHeld, lists, type Outcome } from '../../integration/suppression/guard-matrix';

/** Every list that decides what becomes of a message on its way through the product; a case is one of each. */
export const roads = {
  /** In an order in which few Direct campaigns are held and let go again. */
  data: ['FRESH', 'TOO_OLD', 'FAILED'],
  override: ['IN_FORCE', 'NONE'],
  origin: ['DIRECT', 'OPTIMOVE', 'FILES', 'TRIGGERED'],
  value: ['EXCLUDING', 'HARMLESS', 'NONE', 'OWN_EXCLUDING'],
  change: lists.change,
  listing: [...lists.listing, 'ID_FOR_MOBILE_PUSH', 'ID_FOR_WEB_PUSH', 'ID_FOR_INBOX', 'ID_FOR_IN_APP'],
  /** What other rules say: one of the connection that excludes whom it does not know, and one of another connection. */
  others: ['HARMLESS', 'EXCLUDING', 'UNKNOWN', 'EXCLUDING_ELSEWHERE'],
  medium: lists.medium,
} as const;

type Roads = typeof roads;

/** How the rule and its data stand. */
export type RoadSetting = { [K in 'data' | 'override']: Roads[K][number] };

/** Who wants to send. */
export type RoadOrigin = Roads['origin'][number];

/** Over what. */
export type RoadMedium = Roads['medium'][number];

/** Somebody with a phone, a browser, an address and a number. */
export interface RoadPerson {
  userId: string;
  value: Roads['value'][number];
  change: Roads['change'][number];
  listing: Roads['listing'][number];
  others: Roads['others'][number];
}

/** People who are sent to together. */
export interface Crowd {
  name: string;
  /** The sandbox makes customers with the IDs of these people of it. */
  seed: number;
  origins: readonly RoadOrigin[];
  people: RoadPerson[];
}

/** Whom no list names for each thing that the other rules say, and who is on a list where those let them through. */
const waysToBeHeld: Pick<RoadPerson, 'listing' | 'others'>[] = [
  ...roads.others.map((others) => ({ others, listing: 'NONE' as const })),
  ...roads.listing.flatMap((listing) => (listing === 'NONE' ? [] : [{ others: 'HARMLESS' as const, listing }])),
];

/** All there is of one rule. */
const everyCase: Crowd = {
  name: 'every case of one rule',
  seed: 1,
  origins: ['DIRECT', 'OPTIMOVE', 'TRIGGERED'],
  people: named(
    1,
    roads.value.flatMap((value) =>
      roads.change.flatMap((change) =>
        roads.listing.map((listing) => ({ value, change, listing, others: 'HARMLESS' })),
      ),
    ),
  ),
};

/** Each value, each change, and each way to be held meet each of the others. */
const everyPair: Crowd = {
  name: 'every pair of several rules',
  seed: 2,
  origins: roads.origin,
  people: named(
    2,
    roads.value.flatMap((value, row) =>
      waysToBeHeld.map((way, column) => {
        const change = roads.change[(row + column) % roads.change.length] ?? 'NONE';
        return { value, change, ...way };
      }),
    ),
  ),
};

export const crowds: Crowd[] = [everyCase, everyPair];

export const roadPeople: RoadPerson[] = crowds.flatMap(({ people }) => people);

/** How the rule stands when a crowd is sent to that has changed since its list was read. */
export interface RoadTrial extends RoadSetting {
  crowd: Crowd;
}

export const trials: RoadTrial[] = roads.data.flatMap((data) =>
  roads.override.map((override) => ({ data, override, crowd: data === 'TOO_OLD' ? everyPair : everyCase })),
);

function named(seed: number, people: Omit<RoadPerson, 'userId'>[]): RoadPerson[] {
  return people.map((person, index) => ({ ...person, userId: `A${seed}${String(index).padStart(7, '0')}` }));
}

/** How many rules count for an origin, and so must leave a proof each. */
export const rulesFor = (origin: RoadOrigin): number => (origin === 'DIRECT' ? 3 : 2);

/** Over what an origin sends: a site's web push has a channel of its own, of which no files come. */
export const mediaOf = (origin: RoadOrigin): RoadMedium[] =>
  roads.medium.filter((medium) => origin !== 'FILES' || medium !== 'WEB_PUSH');

/** Media whose messages wait here until a device fetches them. */
export const keptMedia = ['INBOX', 'IN_APP'] as const;

/** One message of a case; `isChanged`: after what becomes of people between the list and the hand-over. */
export interface RoadCase {
  setting: RoadSetting;
  person: RoadPerson;
  origin: RoadOrigin;
  medium: RoadMedium;
  isChanged: boolean;
}

/** What the gate must say of a case. */
export function expectedOf({ setting, person, origin, medium, isChanged }: RoadCase): Outcome {
  const { others } = person;
  if (others === 'EXCLUDING' || others === 'UNKNOWN') return 'SUPPRESSED';
  const each: Case = {
    ...{ ...setting, ...person, medium, change: changeThatCounts(person) },
    type: 'BOOLEAN',
    whenUnknown: 'ALLOW',
    otherRule: others === 'EXCLUDING_ELSEWHERE' ? 'EXCLUDING' : 'HARMLESS',
    origin: origin === 'DIRECT' ? 'DIRECT' : 'OPTIMOVE_GUARDED',
    moment: isChanged ? 'HAND_OVER' : 'LIST',
  };
  return expected(each);
}

/** An import said after the day of these data that the person is excluded, so they take nothing away. */
function changeThatCounts({ value, change }: RoadPerson): RoadPerson['change'] {
  return value === 'OWN_EXCLUDING' && change === 'TO_HARMLESS' ? 'NONE' : change;
}

/** Whether nobody is even decided on: a Direct campaign waits for data that can be relied on. */
export function isWaiting(setting: RoadSetting, origin: RoadOrigin): boolean {
  return origin === 'DIRECT' && isHeld({ ...setting, otherRule: 'NONE' });
}
