import type { TypedValue } from '../../../src/suppression/domain/typed-value';

/** What a rule about an attribute of each type excludes, and values as Optimove and others write them. */
export const types = {
  BOOLEAN: { excluding: true, told: true, own: 'Yes', harmless: false },
  STRING: { excluding: 'Gold', told: 'gold', own: ' GOLD\u00a0', harmless: 'Golden' },
  NUMBER: { excluding: 12.5, told: 12.5, own: 12.5, harmless: 12 },
  DATE: { excluding: '2026-05-01', told: '2026-05-01', own: '2026-05-01T10:00:00Z', harmless: '2026-05-02' },
  ARRAY: { excluding: ['Casino'], told: ['sports', 'Casino'], own: ['CASINO '], harmless: ['sports'] },
} satisfies Record<string, Record<string, TypedValue>>;

/** Every list that the guard's decision depends on; a case is one of each. */
export const lists = {
  data: ['FRESH', 'NEVER_SYNCED', 'TOO_OLD', 'FAILED', 'STOPPED', 'DAY_MISSED', 'DOUBTFUL', 'NOT_LOADED'],
  whenUnknown: ['EXCLUDE', 'ALLOW'],
  override: ['NONE', 'IN_FORCE', 'EXPIRED', 'REVOKED'],
  /** What the rule of the project's other connection says of everybody. */
  otherRule: ['NONE', 'HARMLESS', 'EXCLUDING', 'STALE'],
  origin: ['DIRECT', 'OPTIMOVE_GUARDED', 'OPTIMOVE_UNGUARDED'],
  moment: ['LIST', 'HAND_OVER'],
  value: ['EXCLUDING', 'HARMLESS', 'CLEARED', 'NONE', 'OWN_EXCLUDING', 'BEFORE_PROFILE'],
  /** What the value becomes between the list and the hand-over. */
  change: ['NONE', 'TO_EXCLUDING', 'TO_HARMLESS'],
  /** What the person comes to be listed by between the list and the hand-over, and for which medium. */
  listing: ['NONE', 'ID_FOR_ANY', 'ADDRESS_FOR_EMAIL', 'NUMBER_FOR_SMS'],
  medium: ['MOBILE_PUSH', 'WEB_PUSH', 'SMS', 'EMAIL', 'INBOX', 'IN_APP'],
} as const;

type Lists = typeof lists;

/** One case; a person may also be listed by their user ID for any one medium. */
export type Case = { [K in Exclude<keyof Lists, 'listing'>]: Lists[K][number] } & {
  type: keyof typeof types;
  listing: Lists['listing'][number] | `ID_FOR_${Lists['medium'][number]}`;
};

/** How many cases there are of one type. */
export const caseCount = Object.values(lists).reduce((product, list) => product * list.length, 1);

/** How the data of a rule stand: one project each. */
export type Setting = Pick<Case, 'type' | 'data' | 'whenUnknown'>;

/** What is tried in each project, one after the other. */
export type Trial = Pick<Case, 'override' | 'otherRule' | 'origin'>;

/** What is true of a person. */
export type Person = Pick<Case, 'value' | 'change' | 'listing'>;

const settingsOf = (type: Case['type']): Setting[] =>
  lists.data.flatMap((data) => lists.whenUnknown.map((whenUnknown) => ({ type, data, whenUnknown })));

/** Every setting, of the type that is tried in every case. */
export const settings = settingsOf('BOOLEAN');

export const trials: Trial[] = lists.otherRule.flatMap((otherRule) =>
  lists.override.flatMap((override) => lists.origin.map((origin) => ({ override, otherRule, origin }))),
);

/** Of the other types each setting once, with every seventh trial, beginning with another one each time. */
export const samples = (['STRING', 'NUMBER', 'DATE', 'ARRAY'] as const).flatMap((type, nth) =>
  settingsOf(type).flatMap((setting, index) =>
    (index + Math.floor(index / 4)) % 4 === nth
      ? [{ setting, trials: trials.filter((_trial, at) => at % 7 === index % 7) }]
      : [],
  ),
);

/** People: the same in every project. */
export const people: Person[] = lists.value.flatMap((value) =>
  lists.change.flatMap((change) => lists.listing.map((listing) => ({ value, change, listing }))),
);

/** What must become of a case. */
export type Outcome = 'ALLOWED' | 'SUPPRESSED' | 'SUPPRESSION_STALE';

/** What must become of a case, said plainly. */
export function expected(each: Case): Outcome {
  if (each.moment === 'LIST') return expected({ ...each, moment: 'HAND_OVER', change: 'NONE', listing: 'NONE' });
  if (isListed(each)) return 'SUPPRESSED';
  if (each.origin === 'OPTIMOVE_UNGUARDED') return 'ALLOWED';
  const outcomes = [ownRule(each), ...(each.origin === 'DIRECT' ? [otherRule(each)] : [])];
  return (['SUPPRESSED', 'SUPPRESSION_STALE'] as const).find((outcome) => outcomes.includes(outcome)) ?? 'ALLOWED';
}

/** Whether a Direct campaign as a whole must wait. */
export function isHeld({ data, override, otherRule }: Pick<Case, 'data' | 'override' | 'otherRule'>): boolean {
  const isStale = ['NEVER_SYNCED', 'TOO_OLD', 'FAILED', 'STOPPED', 'DAY_MISSED'].includes(data);
  return otherRule === 'STALE' || (isStale && override !== 'IN_FORCE');
}

function ownRule(each: Case): Outcome {
  if (hasExcludingValue(each)) return 'SUPPRESSED';
  if (isStale(each) && each.override !== 'IN_FORCE') return 'SUPPRESSION_STALE';
  const isUnknown = each.change === 'NONE' && each.value !== 'HARMLESS';
  return isUnknown && each.whenUnknown === 'EXCLUDE' ? 'SUPPRESSED' : 'ALLOWED';
}

function otherRule(each: Case): Outcome {
  if (each.otherRule === 'EXCLUDING') return 'SUPPRESSED';
  return each.otherRule === 'STALE' ? 'SUPPRESSION_STALE' : 'ALLOWED';
}

function isListed({ listing, medium }: Case): boolean {
  if (listing === 'NONE') return false;
  const where = listing.slice(listing.indexOf('_FOR_') + '_FOR_'.length);
  return where === 'ANY' || where === medium;
}

function hasExcludingValue({ value, change }: Case): boolean {
  // What the person's own attribute says excludes until what Optimove says takes its place.
  if (change !== 'NONE') return change === 'TO_EXCLUDING';
  return value === 'EXCLUDING' || value === 'OWN_EXCLUDING' || value === 'BEFORE_PROFILE';
}

/** A change that has come since makes good a missed day and a value that could not be read, for this person. */
function isStale({ data, change, value, whenUnknown }: Case): boolean {
  const wasNothingHeard = change === 'NONE' && (value === 'NONE' || value === 'OWN_EXCLUDING');
  if (data === 'NOT_LOADED') return wasNothingHeard && whenUnknown === 'ALLOW';
  if (data === 'DAY_MISSED' || data === 'DOUBTFUL') return change === 'NONE';
  return data !== 'FRESH';
}
