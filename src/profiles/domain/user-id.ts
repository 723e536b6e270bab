/** The most characters that a user ID may have. */
export const longestUserId = 255;

/** Whether a profile can have this user ID: not blank and at most {@link longestUserId} characters. */
export function isUserId(text: string): boolean {
  return text.length <= longestUserId && text.trim() !== '';
}
