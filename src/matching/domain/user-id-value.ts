/** All that `String.trim` takes for a blank. */
export const blanks =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/** SQL: a value of a User ID attribute as {@link userIdsIn} reads it where no profile has the value as it is. */
export const withoutBlanks = (value: string): string => `btrim(${value}, '${blanks}')`;

/** The user IDs that a value may mean, the likeliest first: as it is, and without the blanks around it. */
export function userIdsIn(value: string): string[] {
  return [...new Set([value, value.trim()])];
}
