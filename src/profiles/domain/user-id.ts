/** The most characters that a user ID may have. */
export const longestUserId = 255;

/** Whether a profile can have this user ID: not blank and at most {@link longestUserId} characters. */
export function isUserId(text: string): boolean {
  return text.length <= longestUserId && text.trim() !== '';
}

/** All that `String.trim` takes for a blank. */
export const blanks =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

/** SQL: a text without the blanks around it, as `String.trim` leaves it. */
export const withoutBlanks = (text: string): string => `btrim(${text}, '${blanks}')`;
