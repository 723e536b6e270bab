import { type Case, expected, isHeld, lists, type Outcome } from '../../integration/suppression/guard-matrix';

/** Every list that decides what becomes of a message on its way through the product; a case is one of each. */
export const roads = {
  /** In an order in which few Direct campaigns are held and let go again. */
  data: ['FRESH', 'FAILED'],
  override: ['IN_FORCE', 'NONE'],
  origin: ['DIRECT', 'OPTIMOVE', 'TRIGGERED'],
  value: ['EXCLUDING', 'HARMLESS', 'NONE', 'OWN_EXCLUDING'],
  change: lists.change,
  listing: [...lists.listing, 'ID_FOR_MOBILE_PUSH', 'ID_FOR_WEB_PUSH', 'ID_FOR_INBOX', 'ID_FOR_IN_APP'],
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
}

export const roadSettings: RoadSetting[] = roads.data.flatMap((data) =>
  roads.override.map((override) => ({ data, override })),
);

/** The sandbox makes customers with these IDs of the seed 1. */
export const roadPeople: RoadPerson[] = roads.value
  .flatMap((value) => roads.change.flatMap((change) => roads.listing.map((listing) => ({ value, change, listing }))))
  .map((person, index) => ({ ...person, userId: `A1${String(index).padStart(7, '0')}` }));

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
  const each: Case = {
    ...{ ...setting, ...person, medium },
    whenUnknown: 'ALLOW',
    otherRule: 'NONE',
    origin: origin === 'DIRECT' ? 'DIRECT' : 'OPTIMOVE_GUARDED',
    moment: isChanged ? 'HAND_OVER' : 'LIST',
  };
  return expected(each);
}

/** Whether nobody is even decided on: a Direct campaign waits for data that can be relied on. */
export function isWaiting(setting: RoadSetting, origin: RoadOrigin): boolean {
  return origin === 'DIRECT' && isHeld({ ...setting, otherRule: 'NONE' });
}
