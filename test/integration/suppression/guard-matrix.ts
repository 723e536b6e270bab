/** Every list that the guard's decision depends on; a case is one of each. */
export const lists = {
  data: ['FRESH', 'NEVER_SYNCED', 'TOO_OLD', 'FAILED', 'STOPPED', 'DAY_MISSED', 'DOUBTFUL'],
  override: ['NONE', 'IN_FORCE', 'EXPIRED', 'REVOKED'],
  whenUnknown: ['EXCLUDE', 'ALLOW'],
  value: ['EXCLUDING', 'HARMLESS', 'CLEARED', 'NONE', 'OWN_EXCLUDING', 'BEFORE_PROFILE'],
  change: ['NONE', 'TO_EXCLUDING', 'TO_HARMLESS'],
  listing: ['NONE', 'EMAIL', 'SMS', 'ANY'],
  origin: ['DIRECT', 'OPTIMOVE_GUARDED', 'OPTIMOVE_UNGUARDED'],
  medium: ['MOBILE_PUSH', 'EMAIL', 'SMS'],
} as const;

type Lists = typeof lists;

/** One case. */
export type Case = { [K in keyof Lists]: Lists[K][number] };

/** How the data of a rule stand. */
export type Setting = Pick<Case, 'data' | 'override' | 'whenUnknown'>;

/** What is true of a person. */
export type Person = Pick<Case, 'value' | 'change' | 'listing'>;

/** Settings of rules: one project each. */
export const settings: Setting[] = lists.data.flatMap((data) =>
  lists.override.flatMap((override) => lists.whenUnknown.map((whenUnknown) => ({ data, override, whenUnknown }))),
);

/** People: the same in every project. */
export const people: Person[] = lists.value.flatMap((value) =>
  lists.change.flatMap((change) => lists.listing.map((listing) => ({ value, change, listing }))),
);

/** What must become of a case, said plainly. */
export function expected(each: Case): 'ALLOWED' | 'SUPPRESSED' | 'SUPPRESSION_STALE' {
  if (each.listing === 'ANY' || each.listing === each.medium) return 'SUPPRESSED';
  if (each.origin === 'OPTIMOVE_UNGUARDED') return 'ALLOWED';
  if (hasExcludingValue(each)) return 'SUPPRESSED';
  if (isStale(each) && each.override !== 'IN_FORCE') return 'SUPPRESSION_STALE';
  const isUnknown = each.change === 'NONE' && each.value !== 'HARMLESS';
  return isUnknown && each.whenUnknown === 'EXCLUDE' ? 'SUPPRESSED' : 'ALLOWED';
}

function hasExcludingValue({ value, change }: Case): boolean {
  if (change !== 'NONE') return change === 'TO_EXCLUDING';
  return value === 'EXCLUDING' || value === 'OWN_EXCLUDING' || value === 'BEFORE_PROFILE';
}

/** A change that has come since makes good a missed day and a value that could not be read, for this person. */
function isStale({ data, change }: Case): boolean {
  if (data === 'DAY_MISSED' || data === 'DOUBTFUL') return change === 'NONE';
  return data !== 'FRESH';
}
